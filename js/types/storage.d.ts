// Types of storage.mjs: the contract of minipoly.mjs with the storage family only.
import type {
  Debug,
  Health,
  MyBase,
  MyStorage,
  Options,
  WxBase,
  WxStorage,
} from './minipoly.js';

export type * from './minipoly.js';

/** Version of minipoly, "major.minor.patch". */
export const version: string;

/** As `install` of minipoly.mjs, with the storage family only. */
export function install(options?: Options): Promise<Mini>;

/** As `createMini` of minipoly.mjs, with the storage family only. */
export function createMini(options?: Options): Promise<Mini>;

/** The WeChat dialect, storage only. */
export interface Wx extends WxBase, WxStorage {}

/** The Alipay dialect, storage only. */
export interface My extends MyBase, MyStorage {}

/** As the Mini of minipoly.mjs, with the storage family only. */
export interface Mini {
  /** The WeChat dialect; undefined when {@link Options.platforms} leaves it out. */
  wx: Wx;
  /** The Alipay dialect; undefined when {@link Options.platforms} leaves it out. */
  my: My;
  /** Resolves when everything written so far is committed by the driver; rejects when the driver refuses. */
  flush(): Promise<void>;
  /**
   * Flushes, then releases the connection, the timers and the listeners. The APIs must not be called afterwards.
   * Rejects as `flush` does; everything is released all the same.
   */
  close(): Promise<void>;
  /** Which driver is live, what waits for a commit, what was degraded or lost. */
  health(): Health;
  /** What the vendors' developer tools offer. */
  debug: Debug;
}
