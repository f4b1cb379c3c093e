// Types of minipoly.mjs: the storage families of wx.* and my.*, canIUse, and the Mini object.
//
// Hand-written, without dependencies. `Wx` can be assigned to the same members of miniprogram-api-typings,
// `My` to those of @mini-types/alipay; js/types/test proves both.
//
// Two words used below: a *unit* is one UTF-16 code unit, what String.length counts; a *text* is the string
// that a value is stored as (for wx the value as text, for my its JSON in a wrapper of 18 units).

/** Version of minipoly, "major.minor.patch". */
export const version: string;

/**
 * Makes a Mini and puts its APIs on the page: afterwards `wx`, `my` and `minipoly` are globals, and `App`, `Page`,
 * `getApp` and `getCurrentPages` (not with storage.mjs).
 * Resolves when the stored data are in memory, so that every synchronous call works; settles within 5 s
 * whatever the browser does (a store that cannot be opened is replaced by the next one, with a warning).
 * Rejects when the module cannot be loaded or an option is wrong.
 */
export function install(options?: Options): Promise<Mini>;

/** Like {@link install}, but touches no global. Several Minis may live side by side. */
export function createMini(options?: Options): Promise<Mini>;

/** The two dialects: WeChat's `wx` and Alipay's `my`. */
export type Platform = 'wx' | 'my';

/** Where the data are kept: what {@link Health.driver} reports. */
export type Driver = 'indexeddb' | 'localstorage' | 'memory';

/** Options of {@link install} and {@link createMini}; all may be left out. */
export interface Options {
  /** The mini-program's id. Different ids never see each other's data. Default `''`. */
  appId?: string;
  /** The user's id. Different users of one app never see each other's data. Default `''`. */
  userId?: string;
  /** A plugin's id: the plugin has its own space beside its host's. Default `''`: not a plugin. */
  pluginId?: string;
  /** True for a page inside a `<web-view>`: a space of its own, as Alipay keeps it. Default false. */
  webview?: boolean;
  /**
   * The driver. `'auto'` (default) is IndexedDB, then localStorage, then memory where the former are refused,
   * with a warning; in the classic script it is localStorage, as no page can read IndexedDB synchronously. There
   * `'indexeddb'` begins with localStorage and moves to IndexedDB when that is open.
   */
  storage?: 'auto' | Driver;
  /**
   * When a synchronous write is safe from the tab being killed: `'task'` (default) at the end of the current
   * task, `'strict'` before the call returns.
   */
  durability?: 'task' | 'strict';
  /** Which objects are made. Default both; `['wx']` leaves `my` undefined, on the page and on the Mini. */
  platforms?: Platform[];
  /**
   * The key that seals everything of `my`, and `wx` values stored with `encrypt: true`: 32 bytes, or a passphrase,
   * which is stretched (not in the classic script; needs a secure origin). It is stored nowhere: the page gives the same
   * one each time. Default: a random key that is kept in the browser; docs/security.md says what that is worth.
   */
  encryptionKey?: Uint8Array | string;
  /**
   * The WebAssembly module: a URL, its bytes, or a compiled module.
   * Default: the `.wasm` file beside the script.
   */
  wasm?: string | URL | BufferSource | WebAssembly.Module;
  /** Choices of the `my` dialect. */
  my?: {
    /**
     * Bad arguments give error 11 `invalid params`, as Alipay's pages of summer 2022 said, in place of the
     * current error 2. Default false.
     */
    legacyInvalidParams?: boolean;
  };
  /** Called for everything that was degraded or lost, from the start on. Default: `console.warn`. */
  onWarning?(warning: Warning): void;
}

/** One set of APIs on one space, and what a page can do with the space as a whole. */
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

/** Something that was degraded or lost, as given to {@link Options.onWarning}. */
export interface Warning {
  /** One of the codes listed in docs/storage.md. */
  code: string;
  /** English, for a log; may change. */
  message: string;
  /** What it is about, where that is known: an object with `platform`, `driver`, `key`, `code` or `id`. */
  detail?: unknown;
}

/** The state of a Mini, as {@link Mini.health} reports it. */
export interface Health {
  /** The driver in use now, which may be a fallback of the one asked for. */
  driver: Driver;
  /** True when what is committed survives the page. */
  durable: boolean;
  /** Number of entries written and not yet committed, removed ones included. */
  pending: number;
  /** Codes of the warnings that tell of a state; `commit-failed` goes when commits work again. */
  degraded: string[];
  /** Entries that could not be kept or read. `key` is absent where the damage hides it. */
  lost: Array<{ key?: string; reason: string }>;
  /** The compiler of the module that runs: TinyGo's small one, or standard Go's. */
  module: 'tinygo' | 'go';
  /** Units of keys and texts in use, and the most there may be, over the Mini's platforms together. */
  usage: { units: number; limit: number };
}

/** Developer tools, as {@link Mini.debug}. */
export interface Debug {
  /** Lists the stored entries of one platform, in the order of its `getStorageInfo().keys`; `[]` when it is left out. */
  inspect(platform: Platform): InspectEntry[];
}

/** One stored entry, as {@link Debug.inspect} lists it. */
export interface InspectEntry {
  key: string;
  /** The value's type: String, Number, Boolean, Date, Null, Undefined, Object or Array. */
  type: string;
  /** Size as the quota counts it: units of key and text. */
  units: number;
  /** Where the newest version stands at this moment. */
  where: 'memory' | 'journal' | 'indexeddb' | 'localstorage';
}

// ---------------------------------------------------------------------------------------------------------
// wx: call protocol
// ---------------------------------------------------------------------------------------------------------

/** What every asynchronous wx call gives. */
export interface WxResult {
  /** `<api>:ok`, or `<api>:fail <reason>`. */
  errMsg: string;
}

/** What `fail` gets and a promise is rejected with: a plain object, not an Error. */
export interface WxError extends WxResult {
  /**
   * Error number, where the platform gives one: 1001 wrong parameter (set, remove), 800003 empty key.
   * https://developers.weixin.qq.com/miniprogram/dev/framework/usability/PublicErrno.html
   */
  errno?: number;
}

/** What a failing `...Sync` call of wx throws. */
export interface WxSyncError extends Error, WxError {}

/**
 * The callbacks of an asynchronous call. They run after the call has returned: `success` or `fail`, then
 * `complete` with the same object. What a callback throws is reported and stops neither the next callback
 * nor the caller.
 */
export interface WxCallbacks<R extends WxResult = WxResult> {
  success?: (result: R) => void;
  fail?: (error: WxError) => void;
  complete?: (result: WxError) => void;
}

/**
 * A Promise when the argument has no callback, else nothing.
 * The type goes by the presence of a callback, as in miniprogram-api-typings; at run time a callback
 * property that holds undefined or null still gives a Promise.
 */
export type WxReturn<O, R> = O extends { success: any }
  ? void
  : O extends { fail: any }
    ? void
    : O extends { complete: any }
      ? void
      : Promise<R>;

// ---------------------------------------------------------------------------------------------------------
// wx: storage
// ---------------------------------------------------------------------------------------------------------

export interface WxSetStorageOption<T = any> extends WxCallbacks {
  /** Any string but `''`; it may not begin with `__plugins__`. */
  key: string;
  /**
   * String, number, boolean, null, undefined, Date, or what JSON.stringify takes. Binary data, functions,
   * Map and Set are stored as `''`, as on the platform.
   */
  data: T;
  /**
   * With true the value is stored encrypted: `getStorage` with `encrypt` gives it back, every other way of reading
   * the ciphertext. Such entries have limits of their own (below).
   */
  encrypt?: boolean;
}

export interface WxGetStorageOption<T = any> extends WxCallbacks<WxGetStorageResult<T>> {
  key: string;
  /** With true, an entry that was stored without fails with `getStorage:fail:decrypt fail`. */
  encrypt?: boolean;
}

export interface WxGetStorageResult<T = any> extends WxResult {
  /** A fresh copy on each read. */
  data: T;
}

export interface WxRemoveStorageOption extends WxCallbacks {
  key: string;
}

export interface WxClearStorageOption extends WxCallbacks {}

export interface WxGetStorageInfoOption extends WxCallbacks<WxStorageInfo & WxResult> {}

export interface WxStorageInfo {
  /** The keys, in no particular order. */
  keys: string[];
  /** KB of 1024 units, rounded up; 0 when empty. */
  currentSize: number;
  /** KB: 10240. */
  limitSize: number;
}

/** One entry of a batch: the field is `value`, where `setStorage` says `data`. */
export interface WxKeyValue<T = any> {
  key: string;
  value: T;
}

export interface WxBatchSetStorageOption extends WxCallbacks {
  /** At least one entry. */
  kvList: WxKeyValue[];
}

export interface WxBatchGetStorageOption extends WxCallbacks<WxBatchGetStorageResult> {
  /** At least one key. */
  keyList: string[];
}

export interface WxBatchGetStorageResult extends WxResult {
  /** In the order of `keyList`; null where a key is not stored. */
  dataList: any[];
}

/**
 * The storage family of wx. Vendor's guide:
 * https://developers.weixin.qq.com/miniprogram/dev/framework/ability/storage.html
 *
 * Limits: key and text of an entry at most 1,048,576 units; all entries together less than 10,485,760. Of entries
 * with `encrypt`: 734,003 units each, 7,444,889 together. A refused write keeps the old value.
 */
export interface WxStorage {
  /**
   * Stores a value; success means that it is committed.
   * Fails with `setStorage:fail parameter error: ...` (errno 1001), `setStorage:fail:invalid key`
   * (errno 800003), `setStorage:fail invalid key "..."` (a reserved one), `setStorage:fail:entry size limit reached`,
   * `setStorage:fail exceed storage max size 10Mb`, `setStorage:fail ` and the text of what JSON.stringify throws, or
   * `setStorage:fail:internal error set DB data fail` (errno 4).
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.setStorage.html
   */
  setStorage<T = any, O extends WxSetStorageOption<T> = WxSetStorageOption<T>>(option: O): WxReturn<O, WxResult>;
  /**
   * Stores a value. Throws a {@link WxSyncError} for the failures of `setStorage`, with three exceptions: a key that is
   * no string stores nothing and is written to the console, a reserved key stores nothing, and what JSON.stringify
   * throws is thrown as it is.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.setStorageSync.html
   */
  setStorageSync<T = any>(key: string, data: T): void;
  /**
   * Reads a value. A key that is not stored fails with `getStorage:fail data not found`.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.getStorage.html
   */
  getStorage<T = any, O extends WxGetStorageOption<T> = WxGetStorageOption<T>>(
    option: O,
  ): WxReturn<O, WxGetStorageResult<T>>;
  /**
   * Reads a value; `''` when the key is not stored. Never throws: a key that is no string, or a reserved one, gives
   * undefined.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.getStorageSync.html
   */
  getStorageSync<T = any>(key: string): T;
  /**
   * Removes an entry; success also when the key is not stored.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.removeStorage.html
   */
  removeStorage<O extends WxRemoveStorageOption = WxRemoveStorageOption>(option: O): WxReturn<O, WxResult>;
  /**
   * Removes an entry.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.removeStorageSync.html
   */
  removeStorageSync(key: string): void;
  /**
   * Removes all entries of this space, and nothing else.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.clearStorage.html
   */
  clearStorage<O extends WxClearStorageOption = WxClearStorageOption>(option?: O): WxReturn<O, WxResult>;
  /**
   * Removes all entries of this space, and nothing else.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.clearStorageSync.html
   */
  clearStorageSync(): void;
  /**
   * Keys and sizes in KB.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.getStorageInfo.html
   */
  getStorageInfo<O extends WxGetStorageInfoOption = WxGetStorageInfoOption>(
    option?: O,
  ): WxReturn<O, WxStorageInfo & WxResult>;
  /**
   * Keys and sizes in KB, without errMsg.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.getStorageInfoSync.html
   */
  getStorageInfoSync(): WxStorageInfo;
  /**
   * Stores several values, all or none.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.batchSetStorage.html
   */
  batchSetStorage<O extends WxBatchSetStorageOption = WxBatchSetStorageOption>(option: O): WxReturn<O, WxResult>;
  /**
   * Stores several values, all or none. Throws for the failures of `batchSetStorage`, but does nothing with an
   * argument of the wrong form.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.batchSetStorageSync.html
   */
  batchSetStorageSync(kvList: WxKeyValue[]): void;
  /**
   * Reads several values. The vendor's page and typings do not name `dataList`; clients give it.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.batchGetStorage.html
   */
  batchGetStorage<O extends WxBatchGetStorageOption = WxBatchGetStorageOption>(
    option: O,
  ): WxReturn<O, WxBatchGetStorageResult>;
  /**
   * Reads several values, in the order of the keys; null where a key is not stored, undefined in place of the array
   * for an argument of the wrong form.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.batchGetStorageSync.html
   */
  batchGetStorageSync(keyList: string[]): any[];
  /**
   * Gives a URL for binary data in memory, usable as `src` of an image; it lives until it is revoked or the
   * page ends, and does not count towards the quota. Throws when the argument is no buffer.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.createBufferURL.html
   */
  createBufferURL(buffer: ArrayBuffer | ArrayBufferView): string;
  /**
   * Releases the data behind a URL of `createBufferURL`.
   * https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.revokeBufferURL.html
   */
  revokeBufferURL(url: string): void;
}

/** What every wx object has. */
export interface WxBase {
  /**
   * True when minipoly has the API, parameter or result named by `api.method.param.option`, where method is
   * `return`, `success`, `object` or `callback`. Unknown names are false; a schema that is no string throws.
   * https://developers.weixin.qq.com/miniprogram/dev/api/base/wx.canIUse.html
   */
  canIUse(schema: string): boolean;
}

/** The WeChat dialect. The object is extensible and its members configurable. */
export interface Wx extends WxBase, WxStorage {}

// ---------------------------------------------------------------------------------------------------------
// my: call protocol
// ---------------------------------------------------------------------------------------------------------

/** What `fail` gets and a promise is rejected with: a plain object, not an Error. */
export interface MyError {
  /**
   * Error number: 2 empty or missing parameter; 12 total limit; 14 entry too long; 13, 15, 16 the driver failed to
   * store, remove, clear. Spec: my-storage, section 6.
   */
  error: number;
  errorMessage: string;
  success?: false;
}

/** What `complete` gets: the same object as `success` or `fail` before it. */
export type MyCompleteResult<R> = R | { error?: number; errorMessage?: string };

/**
 * The callbacks of an asynchronous call, which run after the call has returned. A Promise is given in any
 * case: with `fail` and no `catch` it still rejects, as on the platform.
 */
export interface MyCallbacks<R> {
  success?(result: R): void;
  fail?(error: MyError): void;
  complete?(result: MyCompleteResult<R>): void;
}

/** The success of a write. */
export interface MySuccess {
  success: true;
}

/** What a synchronous write gives: failures are returned, not thrown. */
export interface MySyncResult {
  success: boolean;
  /** Only on failure; see {@link MyError.error}. */
  error?: number;
  /** Only on failure. */
  errorMessage?: string;
}

// ---------------------------------------------------------------------------------------------------------
// my: storage
// ---------------------------------------------------------------------------------------------------------

export interface MySetStorageOption {
  /** Not empty. */
  key: string;
  /** What JSON.stringify takes; not undefined. */
  data: unknown;
}

export interface MyKeyOption {
  /** Not empty. */
  key: string;
}

export interface MyGetStorageResult<T = any> {
  /** A fresh copy on each read; null when the key is not stored. */
  data: T;
  /** Only when the key is stored. */
  success?: boolean;
}

/** As {@link MyGetStorageResult}; on failure there is no `data` but `error` and `errorMessage`. */
export interface MyGetStorageSyncResult<T = any> extends MyGetStorageResult<T> {
  error?: number;
  errorMessage?: string;
}

export interface MyStorageInfo {
  success?: boolean;
  /** The keys in the order of their last write, oldest first. */
  keys: string[];
  /** KB of 1024 units, rounded to 2 decimals. */
  currentSize: number;
  /** KB: 10240. */
  limitSize: number;
}

/**
 * The storage family of my. Vendor's guide: https://opendocs.alipay.com/mini/api/storage
 *
 * Limits: the text of an entry, its wrapper of 18 units included, at most 204,800 units; keys and texts of all
 * entries together 10,485,760. A refused write keeps the old value.
 */
export interface MyStorage {
  /**
   * Stores a value; success means that it is committed. Fails with error 2, 12, 13 or 14; what JSON.stringify throws
   * is thrown by the call.
   * The promise is typed void as the vendor does it; at run time it holds the object that `success` gets.
   * https://opendocs.alipay.com/mini/api/eocm6v
   */
  setStorage(option: MySetStorageOption & MyCallbacks<MySuccess>): Promise<void>;
  /**
   * Stores a value. Returns the error 2, 12, 13 or 14.
   * https://opendocs.alipay.com/mini/api/cog0du
   */
  setStorageSync(option: MySetStorageOption): MySyncResult;
  /**
   * Reads a value; a key that is not stored is a success with `data: null`. Fails with error 2.
   * https://opendocs.alipay.com/mini/api/azfobl
   */
  getStorage<T = any>(option: MyKeyOption & MyCallbacks<MyGetStorageResult<T>>): Promise<MyGetStorageResult<T>>;
  /**
   * Reads a value; `{data: null}` when the key is not stored. Returns the error 2.
   * https://opendocs.alipay.com/mini/api/ox0wna
   */
  getStorageSync<T = any>(option: MyKeyOption): MyGetStorageSyncResult<T>;
  /**
   * Removes an entry; success also when the key is not stored. Fails with error 2.
   * https://opendocs.alipay.com/mini/api/of9hze
   */
  removeStorage(option: MyKeyOption & MyCallbacks<MySuccess>): Promise<MySuccess>;
  /**
   * Removes an entry; success also when the key is not stored. Returns the error 2.
   * https://opendocs.alipay.com/mini/api/ytfrk4
   */
  removeStorageSync(option: MyKeyOption): MySyncResult;
  /** The vendor's typing, which knows no failure. Never chosen in a call; it keeps My assignable to theirs. */
  removeStorageSync(option: MyKeyOption): MySuccess;
  /**
   * Removes all entries of this space, and nothing else.
   * https://opendocs.alipay.com/mini/api/storage
   */
  clearStorage(option?: MyCallbacks<MySuccess>): Promise<MySuccess>;
  /**
   * Removes all entries of this space, and nothing else.
   * https://opendocs.alipay.com/mini/api/ulv85u
   */
  clearStorageSync(): MySyncResult;
  /**
   * Keys and sizes in KB.
   * https://opendocs.alipay.com/mini/api/zvmanq
   */
  getStorageInfo(option?: MyCallbacks<MyStorageInfo>): Promise<MyStorageInfo>;
  /**
   * Keys and sizes in KB.
   * https://opendocs.alipay.com/mini/api/uw5rdl
   */
  getStorageInfoSync(): MyStorageInfo;
}

/** What every my object has. */
export interface MyBase {
  /**
   * True when minipoly has the API, parameter or result named by `api.type.param.option`, where type is
   * `object`, `return` or `callback`. Unknown names are false. Spec: my-conventions, section 6.
   */
  canIUse(name: string): boolean;
}

/** The Alipay dialect. The object is extensible and its members configurable. */
export interface My extends MyBase, MyStorage {}
