// The script has no exports: it calls Page(). The default export is its text, for imports `with { type: 'text' }`.
declare const source: string;
export default source;
