// Our objects can stand where code expects the vendors' types (miniprogram-api-typings, @mini-types/alipay).
// Compiled only: a failure is a compile error.
import type { My, MySyncResult, Wx } from '../minipoly.js';
import type { My as StorageMy, Wx as StorageWx } from '../storage.js';

type VendorWx = Pick<WechatMiniprogram.Wx, keyof Wx>;
type VendorMy = Pick<typeof globalThis.my, keyof My>;

/** Compiles only if A can be assigned to B. */
type Assignable<A extends B, B> = A;

export type WxConforms = Assignable<Wx, VendorWx>;
export type MyConforms = Assignable<My, VendorMy>;
export type StorageWxConforms = Assignable<StorageWx, VendorWx>;
export type StorageMyConforms = Assignable<StorageMy, VendorMy>;

// Each member by itself, so that an error names the member.
export type WxMembers = { [K in keyof Wx]: Assignable<Pick<Wx, K>, Pick<VendorWx, K>> };
export type MyMembers = { [K in keyof My]: Assignable<Pick<My, K>, Pick<VendorMy, K>> };

// The check can fail: a member with another result is refused.
// @ts-expect-error a number is not what getStorageInfoSync gives
export type WxRefused = Assignable<{ getStorageInfoSync(): number }, Pick<VendorWx, 'getStorageInfoSync'>>;
// @ts-expect-error a bare value is not what my.getStorageSync gives
export type MyRefused = Assignable<{ getStorageSync(o: { key: string }): string }, Pick<VendorMy, 'getStorageSync'>>;

declare const wx_: Wx;
declare const my_: My;

// Code written against the vendors' types, callbacks annotated with them.
const onSet: WechatMiniprogram.SetStorageSuccessCallback = (res) => void res.errMsg;
const onFail: WechatMiniprogram.SetStorageFailCallback = (res) => void res.errMsg;
const onGet: WechatMiniprogram.GetStorageSuccessCallback<string> = (res) => void res.data.length;
const onInfo: WechatMiniprogram.GetStorageInfoSuccessCallback = (res) => void res.keys;
const option: WechatMiniprogram.SetStorageOption<number> = { key: 'k', data: 1, success: onSet, fail: onFail };
wx_.setStorage(option);
wx_.getStorage({ key: 'k', success: onGet });
wx_.getStorageInfo({ success: onInfo, complete: onFail });
const kvList: WechatMiniprogram.KvList[] = [{ key: 'k', value: 1 }];
wx_.batchSetStorageSync(kvList);
const info: WechatMiniprogram.GetStorageInfoSyncOption = wx_.getStorageInfoSync();
wx_.setStorageSync('info', info);

// @mini-types/alipay gives removeStorageSync the literal `success: true`, and clearStorage a plain boolean.
// The spec (my-storage, sections 3 and 6) says that an empty key is refused with error 2, and that Sync
// failures are returned: the literal is wrong. So callers get MySyncResult; a second overload, never chosen in
// a call, keeps the whole object assignable.
const removed: MySyncResult = my_.removeStorageSync({ key: 'k' });
if (removed.success === false) void removed.errorMessage;
const removedDirectly = my_.removeStorageSync({ key: 'k' });
if (removedDirectly.success === false) void removedDirectly.error;

export type Fail = Parameters<NonNullable<Parameters<typeof globalThis.my.setStorage>[0]['fail']>>[0];
const myFail = (err: Fail): void => void err.errorMessage;
void my_.setStorage({ key: 'k', data: 1, fail: myFail, complete: myFail });
