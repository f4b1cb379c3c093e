// What the suite calls. The types are loose on purpose: the cases pass wrong
// arguments, so the public types would only stand in the way.

export type DriverName = 'memory' | 'localstorage' | 'indexeddb'
export const allDrivers: readonly DriverName[] = ['memory', 'localstorage', 'indexeddb']
export const lastingDrivers: readonly DriverName[] = ['localstorage', 'indexeddb']

export type Method = (...args: unknown[]) => unknown

export type WxAsync =
  | 'setStorage'
  | 'getStorage'
  | 'removeStorage'
  | 'clearStorage'
  | 'getStorageInfo'
  | 'batchSetStorage'
  | 'batchGetStorage'
export type WxSync =
  | 'setStorageSync'
  | 'getStorageSync'
  | 'removeStorageSync'
  | 'clearStorageSync'
  | 'getStorageInfoSync'
  | 'batchSetStorageSync'
  | 'batchGetStorageSync'
  | 'createBufferURL'
  | 'revokeBufferURL'
  | 'canIUse'
export type MyAsync = 'setStorage' | 'getStorage' | 'removeStorage' | 'clearStorage' | 'getStorageInfo'
export type MySync =
  | 'setStorageSync'
  | 'getStorageSync'
  | 'removeStorageSync'
  | 'clearStorageSync'
  | 'getStorageInfoSync'
  | 'canIUse'

export type WxSubject = Record<WxAsync | WxSync, Method>
export type MySubject = Record<MyAsync | MySync, Method>

export interface HealthSubject {
  driver: string
  durable: boolean
  pending: number
  degraded: string[]
  lost: unknown[]
  module: string
  usage: { units: number; limit: number }
}

export interface MiniSubject {
  wx: WxSubject
  my: MySubject
  flush(): Promise<void>
  close(): Promise<void>
  health(): HealthSubject
  debug: { inspect(platform: 'wx' | 'my'): unknown }
}

export interface MiniOptions {
  appId?: string
  userId?: string
  pluginId?: string
  webview?: boolean
  storage?: 'auto' | DriverName
  durability?: 'task' | 'strict'
  platforms?: Array<'wx' | 'my'>
  encryptionKey?: Uint8Array | string
  my?: { legacyInvalidParams?: boolean }
  onWarning?(warning: { code: string; message: string; detail?: unknown }): void
}

export interface Library {
  createMini(options?: MiniOptions): Promise<MiniSubject>
  install(options?: MiniOptions): Promise<MiniSubject>
  version: string
}

export const wxAsyncNames: readonly WxAsync[] = [
  'setStorage',
  'getStorage',
  'removeStorage',
  'clearStorage',
  'getStorageInfo',
  'batchSetStorage',
  'batchGetStorage'
]
export const myAsyncNames: readonly MyAsync[] = [
  'setStorage',
  'getStorage',
  'removeStorage',
  'clearStorage',
  'getStorageInfo'
]
