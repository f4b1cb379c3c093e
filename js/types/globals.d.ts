// Globals of the classic script minipoly.js, and of a page after `install()`.
//
// Use: /// <reference types="minipoly/classic" />. Not together with miniprogram-api-typings or
// @mini-types/alipay, which declare the same names: with those, leave this file out.
import type { Mini, My, Options, Wx } from './minipoly.js';

/** What the classic script leaves under the name `minipoly`. */
export interface MinipolyGlobal {
  /** Version of minipoly, "major.minor.patch". */
  readonly version: string;
  /** The Mini behind the globals `wx` and `my`. */
  readonly mini: Mini;
  /** As `createMini` of minipoly.mjs. */
  createMini(options?: Options): Promise<Mini>;
}

declare global {
  /** The WeChat dialect. */
  var wx: Wx;
  /** The Alipay dialect. */
  var my: My;
  /** The Mini behind the globals, and the way to make more. */
  var minipoly: MinipolyGlobal;
}
