/** Colours JavaScript well enough to read: comments, strings, words of the language, and the platform's names. */

import { el } from './dom.js';

const PARTS = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*)`,
    String.raw`(?<string>'[^'\n]*'|\`[^\`]*\`)`,
    String.raw`(?<keyword>\b(?:const|let|if|else|return|this|true|false|null)\b)`,
    String.raw`(?<platform>\b(?:wx|my)\.\w+|\bPage\b|\bsetData\b)`,
  ].join('|'),
  'g',
);

export function highlight(source: string): DocumentFragment {
  const code = document.createDocumentFragment();
  let end = 0;
  for (const match of source.matchAll(PARTS)) {
    const kind = Object.entries<string | undefined>(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? '';
    code.append(source.slice(end, match.index), el('span', { class: `js-${kind}` }, match[0]));
    end = match.index + match[0].length;
  }
  code.append(source.slice(end));
  return code;
}
