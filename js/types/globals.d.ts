// Globals of the classic script minipoly.js, and of a page after `install()` of minipoly.mjs.
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

/** The instance of a page: what was given to `Page`, with a deep copy of its data. */
export interface PageInstance {
  data: Record<string, any>;
  /** Sets values by path, such as `list[0].name`; `done` runs in a later microtask. */
  setData(changes: Record<string, any>, done?: () => void): void;
  [name: string]: any;
}

declare global {
  /** The WeChat dialect. */
  var wx: Wx;
  /** The Alipay dialect. */
  var my: My;
  /** The Mini behind the globals, and the way to make more. */
  var minipoly: MinipolyGlobal;

  /** Registers the app: `onLaunch` and `onShow` run soon after the call. */
  function App<T extends object>(options?: T & ThisType<T>): void;
  /** What was given to `App`; undefined before. */
  function getApp<T = any>(): T;
  /** Makes a page: the instance is there, and `onLoad` has run, when the call returns. */
  function Page<T extends object>(options?: T & ThisType<T & PageInstance>): void;
  /** The pages, the latest last. */
  function getCurrentPages<T = PageInstance>(): T[];
}
