// The contenders: minipoly as it ships, and the peers as npm ships them, each behind the same few functions. The
// functions add nothing but the call itself.
import { dependencies } from './package.json'
import { sleep } from './clock.js'

/** What the benchmark uses of a Mini. */
export interface MiniLike {
  wx: WxLike
  my: MyLike
  flush(): Promise<void>
  close(): Promise<void>
  health(): { driver: string; module?: string; pending?: number }
  debug?: { inspect?(platform: 'wx' | 'my'): Array<{ key: string; where: string }> }
}

interface Callbacks {
  success?: (result: unknown) => void
  fail?: (error: unknown) => void
}

export interface WxLike {
  setStorageSync(key: string, data: unknown): void
  getStorageSync(key: string): unknown
  removeStorageSync(key: string): void
  clearStorageSync(): void
  getStorageInfoSync(): { keys: string[]; currentSize: number }
  setStorage(options: { key: string; data: unknown } & Callbacks): Promise<unknown>
  getStorage(options: { key: string } & Callbacks): Promise<{ data: unknown }>
  removeStorage(options: { key: string } & Callbacks): Promise<unknown>
  clearStorage(options?: Callbacks): Promise<unknown>
  getStorageInfo(options?: Callbacks): Promise<unknown>
}

export interface MyLike {
  setStorageSync(options: { key: string; data: unknown }): unknown
  getStorageSync(options: { key: string }): { data: unknown }
}

export interface MinipolyModule {
  version: string
  createMini(options?: Record<string, unknown>): Promise<MiniLike>
}

interface PeerStorage {
  setStorageSync(key: string, data: unknown): void
  getStorageSync(key: string): unknown
  getStorageInfoSync(): unknown
  setStorage(options: { key: string; data: unknown } & Callbacks): Promise<unknown>
  getStorage(options: { key: string } & Callbacks): Promise<{ data: unknown }>
}

interface IdbKeyval {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  setMany(entries: Array<[string, unknown]>): Promise<void>
  entries(): Promise<Array<[string, unknown]>>
}

interface LocalForage {
  createInstance(options: { name: string; driver: string }): {
    getItem(key: string): Promise<unknown>
    setItem(key: string, value: unknown): Promise<unknown>
  }
  INDEXEDDB: string
}

declare global {
  var taroStorage: PeerStorage | undefined
  var uniStorage: PeerStorage | undefined
  var idbKeyval: IdbKeyval | undefined
  var localForage: LocalForage | undefined
}

export interface Subject {
  id: string
  /** Before every key, so that contenders on the same localStorage do not meet; all have the same length. */
  prefix: string
  set?: (key: string, value: unknown) => void
  get?: (key: string) => unknown
  info?: () => unknown
  setAsync?: (key: string, value: unknown) => Promise<unknown>
  getAsync?: (key: string) => Promise<unknown>
  getCallback?: (key: string, done: () => void) => void
  /** Settles when everything written is where the contender wants to have it. */
  settled: () => Promise<void>
}

/** The versions that package.json pins and npm has installed. */
export const peerVersions: Record<string, string> = {
  Taro: dependencies['@tarojs/taro-h5'],
  'uni-app': dependencies['@dcloudio/uni-h5'],
  'idb-keyval': dependencies['idb-keyval'],
  localForage: dependencies.localforage,
}

export const base = new URL('.', location.href).href

function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = url
    script.onload = () => resolve()
    script.onerror = () => reject(new Error(`${url} is not there: go run ./cmd/build bench makes it`))
    document.head.append(script)
  })
}

export async function loadMinipoly(file = 'minipoly.mjs'): Promise<MinipolyModule> {
  const url = base + file
  return (await import(url)) as MinipolyModule
}

export function miniSubject(id: string, prefix: string, mini: MiniLike): Subject {
  const { wx } = mini
  return {
    id,
    prefix,
    set: (key, value) => wx.setStorageSync(key, value),
    get: (key) => wx.getStorageSync(key),
    info: () => wx.getStorageInfoSync(),
    setAsync: (key, data) => wx.setStorage({ key, data }),
    getAsync: (key) => wx.getStorage({ key }),
    getCallback: (key, success) => void wx.getStorage({ key, success }),
    settled: () => mini.flush(),
  }
}

export function mySubject(id: string, prefix: string, mini: MiniLike): Subject {
  const { my } = mini
  return {
    id,
    prefix,
    set: (key, data) => void my.setStorageSync({ key, data }),
    get: (key) => my.getStorageSync({ key }).data,
    settled: () => mini.flush(),
  }
}

// A localStorage write is accepted when the call returns; the pause only lets its message to the browser leave.
const pause = (): Promise<void> => sleep(2)

export const rawSubject: Subject = {
  id: 'raw',
  prefix: 'r:',
  set: (key, value) => localStorage.setItem(key, JSON.stringify(value)),
  get: (key) => JSON.parse(localStorage.getItem(key) ?? 'null') as unknown,
  info: () => {
    const names: string[] = []
    let size = 0
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i) ?? ''
      names.push(key)
      size += key.length + (localStorage.getItem(key) ?? '').length
    }
    return { keys: names, currentSize: size }
  },
  settled: pause,
}

/** What the language itself costs: no contender, for it stores nothing. */
export function mapSubject(id: string, prefix: string): Subject {
  const map = new Map<string, string>()
  return {
    id,
    prefix,
    set: (key, value) => void map.set(key, JSON.stringify(value)),
    get: (key) => JSON.parse(map.get(key) ?? 'null') as unknown,
    settled: pause,
  }
}

function storageSubject(id: string, prefix: string, api: PeerStorage): Subject {
  return {
    id,
    prefix,
    set: (key, value) => api.setStorageSync(key, value),
    get: (key) => api.getStorageSync(key),
    info: () => api.getStorageInfoSync(),
    setAsync: (key, data) => api.setStorage({ key, data }),
    getAsync: (key) => api.getStorage({ key }),
    getCallback: (key, success) => void api.getStorage({ key, success }),
    settled: pause,
  }
}

/** Loads the peers; what is missing is reported and left out. */
export async function loadPeers(failures: string[]): Promise<Record<string, Subject>> {
  const peers: Record<string, Subject> = { raw: rawSubject }
  for (const name of ['taro-storage', 'uni-storage', 'idb-keyval', 'localforage']) {
    try {
      await loadScript(`${base}bench/peers/${name}.js`)
    } catch (error) {
      failures.push(String(error))
    }
  }
  if (globalThis.taroStorage) peers.taro = storageSubject('taro', 't:', globalThis.taroStorage)
  if (globalThis.uniStorage) peers.uni = storageSubject('uni', 'u:', globalThis.uniStorage)
  const keyval = globalThis.idbKeyval
  if (keyval) {
    peers['idb-keyval'] = {
      id: 'idb-keyval',
      prefix: 'k:',
      setAsync: (key, value) => keyval.set(key, value),
      getAsync: (key) => keyval.get(key),
      settled: pause,
    }
  }
  const forage = globalThis.localForage
  if (forage) {
    const store = forage.createInstance({ name: 'bench-localforage', driver: forage.INDEXEDDB })
    peers.localforage = {
      id: 'localforage',
      prefix: 'f:',
      setAsync: (key, value) => store.setItem(key, value),
      getAsync: (key) => store.getItem(key),
      settled: pause,
    }
  }
  return peers
}
