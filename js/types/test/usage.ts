// What a caller sees: the callback form gives nothing, the promise form a Promise, the sync form the value.
// Compiled only: a failure is a compile error, and so is an @ts-expect-error that finds no error.
import { createMini, install, version } from '../minipoly.js';
import type { Health, InspectEntry, Mini, Options, Warning, WxStorageInfo, WxSyncError } from '../minipoly.js';
import * as storage from '../storage.js';

/** True if A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

export async function entries(): Promise<void> {
  same<typeof version, string>(true);
  const mini = await install();
  same<typeof mini, Mini>(true);
  same<Awaited<ReturnType<typeof createMini>>, Mini>(true);
  await createMini({ appId: 'wx1', userId: 'u', pluginId: 'p', webview: true });
  await createMini({ storage: 'indexeddb', durability: 'strict', platforms: ['wx'] });
  await createMini({ wasm: new URL('https://example.org/minipoly.wasm') });
  await createMini({ wasm: new Uint8Array(8) });
  await createMini({ my: { legacyInvalidParams: true }, onWarning: (w: Warning) => void w.code });
  // @ts-expect-error no such driver
  await createMini({ storage: 'websql' });
  // @ts-expect-error no such platform
  await createMini({ platforms: ['tt'] });
  // @ts-expect-error no such option
  await createMini({ appid: 'wx1' });
  // @ts-expect-error no such durability
  await createMini({ durability: 'none' });

  same<Awaited<ReturnType<typeof mini.flush>>, void>(true);
  const health: Health = mini.health();
  same<typeof health.module, 'tinygo' | 'go'>(true);
  same<typeof health.usage, { units: number; limit: number }>(true);
  same<ReturnType<typeof mini.debug.inspect>, InspectEntry[]>(true);
  // @ts-expect-error only the two platforms can be inspected
  mini.debug.inspect('qq');

  const small = await storage.install();
  same<typeof small, storage.Mini>(true);
  const options: Options = {};
  const asStorage: storage.Mini = await createMini(options);
  void asStorage;
}

export async function wxForms({ wx }: Mini): Promise<void> {
  // Promise form.
  const set = wx.setStorage({ key: 'k', data: { a: 1 } });
  same<typeof set, Promise<import('../minipoly.js').WxResult>>(true);
  const got = await wx.getStorage<number>({ key: 'k' });
  same<typeof got.data, number>(true);
  same<typeof got.errMsg, string>(true);
  const any = await wx.getStorage({ key: 'k', encrypt: true });
  any.data.whatever;
  const info = await wx.getStorageInfo();
  same<typeof info.currentSize, number>(true);
  const list = await wx.batchGetStorage({ keyList: ['a', 'b'] });
  same<typeof list.dataList, any[]>(true);
  await wx.batchSetStorage({ kvList: [{ key: 'a', value: 1 }] });
  await wx.removeStorage({ key: 'k' });
  await wx.clearStorage();
  await wx.clearStorage({});

  // Callback form: one callback of any kind, and nothing is returned.
  const a = wx.setStorage({ key: 'k', data: 1, success: (r) => void r.errMsg });
  same<typeof a, void>(true);
  const b = wx.getStorage({ key: 'k', fail: (e) => void e.errno });
  same<typeof b, void>(true);
  const c = wx.getStorageInfo({ complete: (r) => void r.errMsg });
  same<typeof c, void>(true);
  const d = wx.clearStorage({ success() {} });
  same<typeof d, void>(true);
  wx.getStorage({ key: 'k', success: (r) => void r.data });
  wx.batchGetStorage({ keyList: ['k'], success: (r) => r.dataList.length });
  wx.getStorageInfo({ success: ({ keys, currentSize, limitSize }) => void [keys, currentSize, limitSize] });
  // @ts-expect-error the callback form has no promise
  a.then();
  // @ts-expect-error nor does fail alone give one
  void (await b).data;

  // Sync form.
  same<ReturnType<typeof wx.setStorageSync>, void>(true);
  const text = wx.getStorageSync<string>('k');
  same<typeof text, string>(true);
  same<ReturnType<typeof wx.getStorageInfoSync>, WxStorageInfo>(true);
  same<ReturnType<typeof wx.batchGetStorageSync>, any[]>(true);
  wx.batchSetStorageSync([{ key: 'k', value: 1 }]);
  wx.removeStorageSync('k');
  wx.clearStorageSync();
  try {
    wx.setStorageSync('k', 1);
  } catch (e) {
    const err = e as WxSyncError;
    void [err.message, err.errMsg, err.errno];
  }
  const url: string = wx.createBufferURL(new Uint8Array(2));
  wx.createBufferURL(new ArrayBuffer(2));
  wx.createBufferURL(new DataView(new ArrayBuffer(2)));
  wx.revokeBufferURL(url);
  same<ReturnType<typeof wx.canIUse>, boolean>(true);

  // @ts-expect-error key is required
  await wx.setStorage({ data: 1 });
  // @ts-expect-error key is a string
  await wx.getStorage({ key: 1 });
  // @ts-expect-error the argument is required
  await wx.getStorage();
  // @ts-expect-error a batch entry has value, not data
  wx.batchSetStorageSync([{ key: 'k', data: 1 }]);
  // @ts-expect-error sync forms of wx take the key, not an object
  wx.getStorageSync({ key: 'k' });
  // @ts-expect-error both arguments are required
  wx.setStorageSync('k');
  // @ts-expect-error getStorageInfoSync has no errMsg
  void wx.getStorageInfoSync().errMsg;
  // @ts-expect-error success is a function
  wx.getStorage({ key: 'k', success: 1 });
  // @ts-expect-error not a buffer
  wx.createBufferURL('text');
  // @ts-expect-error no such API
  wx.setStorageSynch('k', 1);
}

export async function myForms({ my }: Mini): Promise<void> {
  // A Promise in every case, with callbacks and without.
  const a = my.setStorage({ key: 'k', data: 1 });
  same<typeof a, Promise<void>>(true);
  const b = my.setStorage({ key: 'k', data: 1, success: (r) => void r.success, fail: (e) => void e.error });
  same<typeof b, Promise<void>>(true);
  const got = await my.getStorage<number>({ key: 'k', complete: () => {} });
  same<typeof got.data, number>(true);
  same<Awaited<ReturnType<typeof my.removeStorage>>, import('../minipoly.js').MySuccess>(true);
  const info = await my.getStorageInfo();
  same<typeof info.keys, string[]>(true);
  await my.clearStorage();
  await my.clearStorage({ success() {} });
  my.getStorage({ key: 'k', success: ({ data }) => void data }).catch((e) => e.errorMessage);

  // Sync: object arguments, result objects, errors returned.
  const set = my.setStorageSync({ key: 'k', data: null });
  if (!set.success) void [set.error, set.errorMessage];
  const read = my.getStorageSync({ key: 'k' });
  void [read.data, read.error];
  const cleared = my.clearStorageSync();
  same<typeof cleared.success, boolean>(true);
  same<ReturnType<typeof my.getStorageInfoSync>['limitSize'], number>(true);
  same<ReturnType<typeof my.canIUse>, boolean>(true);

  // @ts-expect-error sync forms of my take an object
  my.getStorageSync('k');
  // @ts-expect-error data is required
  my.setStorageSync({ key: 'k' });
  // @ts-expect-error key is required
  await my.getStorage({});
  // @ts-expect-error my has no encrypt parameter
  await my.setStorage({ key: 'k', data: 1, encrypt: true });
  // @ts-expect-error my has no batch APIs
  my.batchGetStorage({ keyList: ['k'] });
  // @ts-expect-error no result has errMsg
  void (await my.getStorageInfo()).errMsg;
}
