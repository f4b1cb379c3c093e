// Types of the classic script minipoly.js, for `import 'minipoly/classic'` or, where it stands in a script tag,
// /// <reference types="minipoly/classic" />: it declares the globals `wx`, `my` and `minipoly`.
/// <reference path="./globals.d.ts" />
export {};
