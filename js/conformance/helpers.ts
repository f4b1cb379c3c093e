// What several files of cases share.

import { deepEqual, equal, fail, isPromise, ok, record, show } from './assert.js'
import type { DriverName, Method, MiniSubject, MySubject, WxSubject } from './subject.js'
import type { Run } from './runner.js'

/** wx limits, in UTF-16 units of key and stored text. */
export const wxItemUnits = 1_048_576
export const wxTotalUnits = 10_485_760
/** my limits: the text with its wrapper, and key plus text over all keys. */
export const myTextUnits = 204_800
export const myTotalUnits = 10_485_760
/** `{"APDataStorage":` and `}`. */
export const myWrapperUnits = 18

export const text = {
  wxItem: ':fail:entry size limit reached',
  wxTotal: ':fail exceed storage max size 10Mb',
  wxMissing: 'getStorage:fail data not found',
  myParameter: '必填参数为空',
  myTotal: '存储总大小达到上限',
  myItem: 'data长度超限'
}

/** A method as a callback-style function, called on its object. */
export function on(api: WxSubject | MySubject, name: string): Method {
  const methods = api as Record<string, Method | undefined>
  return (...args) => {
    const method = methods[name]
    if (typeof method !== 'function') return fail(`${name} is not a function but ${show(method)}`)
    return method.apply(api, args)
  }
}

export interface Trip {
  /** Compares what came back; deepEqual with `expected` when left out. */
  check?: (got: unknown, what: string) => void
  expected?: unknown
  /** Leaves the batch calls out. */
  noBatch?: boolean
}

/**
 * Writes the value through every setter of wx, reads it through every getter,
 * and reads it again from what the driver kept.
 */
export async function wxRoundTrip(t: Run, make: () => unknown, trip: Trip): Promise<void> {
  const check = trip.check ?? ((got, what) => { deepEqual(got, trip.expected, what) })
  let mini = await t.mini()
  mini.wx.setStorageSync('sync', make())
  await t.success(on(mini.wx, 'setStorage'), { key: 'async', data: make() })
  const keys = ['sync', 'async']
  if (!trip.noBatch) {
    await t.success(on(mini.wx, 'batchSetStorage'), { kvList: [{ key: 'batch', value: make() }] })
    mini.wx.batchSetStorageSync([{ key: 'batchSync', value: make() }])
    keys.push('batch', 'batchSync')
  }
  const read = async (when: string): Promise<void> => {
    for (const key of keys) {
      check(mini.wx.getStorageSync(key), `getStorageSync of ${key}, ${when}`)
      const result = await t.success(on(mini.wx, 'getStorage'), { key })
      ok('data' in result, `getStorage of ${key}, ${when}: no field data`)
      check(result.data, `getStorage of ${key}, ${when}`)
    }
    if (trip.noBatch) return
    const list = mini.wx.batchGetStorageSync(keys)
    ok(Array.isArray(list) && list.length === keys.length, `batchGetStorageSync, ${when}: got ${show(list)}`)
    keys.forEach((key, i) => { check(list[i], `batchGetStorageSync of ${key}, ${when}`) })
    const batch = await t.success(on(mini.wx, 'batchGetStorage'), { keyList: keys })
    const dataList = batch.dataList
    ok(Array.isArray(dataList) && dataList.length === keys.length, `batchGetStorage, ${when}: got ${show(batch)}`)
    keys.forEach((key, i) => { check(dataList[i], `batchGetStorage of ${key}, ${when}`) })
  }
  await read('at once')
  if (!t.lasting) return
  mini = await t.reopen(mini)
  await read('after reopening')
}

/** The same for my. */
export async function myRoundTrip(t: Run, make: () => unknown, trip: Trip): Promise<void> {
  const check = trip.check ?? ((got, what) => { deepEqual(got, trip.expected, what) })
  let mini = await t.mini()
  const set = mini.my.setStorageSync({ key: 'sync', data: make() })
  ok(!record(set, 'setStorageSync').error, `setStorageSync gave ${show(set)}`)
  await t.success(on(mini.my, 'setStorage'), { key: 'async', data: make() })
  const read = async (when: string): Promise<void> => {
    for (const key of ['sync', 'async']) {
      const sync = record(mini.my.getStorageSync({ key }), `getStorageSync of ${key}, ${when}`)
      ok('data' in sync, `getStorageSync of ${key}, ${when}: no field data`)
      check(sync.data, `getStorageSync of ${key}, ${when}`)
      const result = await t.success(on(mini.my, 'getStorage'), { key })
      check(result.data, `getStorage of ${key}, ${when}`)
    }
    const info = record(mini.my.getStorageInfoSync(), 'getStorageInfoSync')
    deepEqual([...(info.keys as string[])].sort(), ['async', 'sync'], `keys, ${when}`)
  }
  await read('at once')
  if (!t.lasting) return
  mini = await t.reopen(mini)
  await read('after reopening')
}

/**
 * Fills a wx space through setStorageSync until key plus text over all keys is
 * exactly `units`. Returns the keys.
 */
export function fillWx(wx: WxSubject, units: number): string[] {
  const keys: string[] = []
  let left = units
  while (left > 0) {
    const key = `fill-${String(keys.length).padStart(2, '0')}`
    const size = Math.min(left, wxItemUnits)
    ok(size > key.length, `${left} units are too few for one more entry`)
    wx.setStorageSync(key, 'x'.repeat(size - key.length))
    keys.push(key)
    left -= size
  }
  return keys
}

/** The same for my; every call must answer without an error. */
export function fillMy(my: MySubject, units: number): string[] {
  const keys: string[] = []
  let left = units
  const most = 8 + myTextUnits
  while (left > 0) {
    const key = `fill-${String(keys.length).padStart(3, '0')}`
    let size = Math.min(left, most)
    // The last entry must still hold its key, the wrapper and two quotes.
    if (left - size > 0 && left - size < 64) size -= 64
    const result = my.setStorageSync({ key, data: 'x'.repeat(size - key.length - myWrapperUnits - 2) })
    ok(!record(result, 'setStorageSync').error, `filling at ${units - left} units gave ${show(result)}`)
    keys.push(key)
    left -= size
  }
  return keys
}

export function wxInfo(wx: WxSubject): { keys: string[]; currentSize: number; limitSize: number } {
  return wx.getStorageInfoSync() as { keys: string[]; currentSize: number; limitSize: number }
}

export function myInfo(my: MySubject): { keys: string[]; currentSize: number; limitSize: number } {
  return my.getStorageInfoSync() as { keys: string[]; currentSize: number; limitSize: number }
}

export function myData(my: MySubject, key: string): unknown {
  return record(my.getStorageSync({ key }), 'getStorageSync').data
}

/** Fails unless the value is what a my setter gives for success. */
export function mySuccess(result: unknown, what: string): void {
  const object = record(result, what)
  ok(!object.error, `${what}: got ${show(object)}`)
  equal(object.success, true, `${what}: success`)
}

export function myError(result: unknown, code: number, message: string, what: string): void {
  const object = record(result, what)
  equal(object.error, code, `${what}: error`)
  equal(object.errorMessage, message, `${what}: errorMessage`)
  ok(object.success === undefined || object.success === false, `${what}: success is ${show(object.success)}`)
  ok(!(result instanceof Error), `${what}: a plain object is expected, not an Error`)
}

/** Every place of this origin where the marker stands readable, as `localStorage:<key>` or `<db>/<store>`. */
export async function findAtRest(marker: string): Promise<string[]> {
  const found: string[] = []
  for (const key of Object.keys(localStorage)) {
    if (holds(key, marker) || holds(localStorage.getItem(key), marker)) found.push(`localStorage:${key}`)
  }
  for (const { name } of await indexedDB.databases()) {
    if (name === undefined) continue
    if (holds(name, marker)) found.push(name)
    const db = await requested(indexedDB.open(name))
    try {
      for (const storeName of db.objectStoreNames) {
        const store = db.transaction(storeName).objectStore(storeName)
        const [keys, values] = await Promise.all([requested(store.getAllKeys()), requested(store.getAll())])
        if (holds(keys, marker) || holds(values, marker)) found.push(`${name}/${storeName}`)
      }
    } finally {
      db.close()
    }
  }
  return found
}

function requested<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result)
    }
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB request failed'))
    }
  })
}

/** Looks into strings, byte arrays (as ASCII and as UTF-16) and members of objects. */
function holds(value: unknown, marker: string): boolean {
  if (typeof value === 'string') return value.includes(marker)
  if (value instanceof ArrayBuffer) return bytesHold(new Uint8Array(value), marker)
  if (ArrayBuffer.isView(value)) {
    return bytesHold(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), marker)
  }
  if (Array.isArray(value)) return value.some((item) => holds(item, marker))
  if (typeof value === 'object' && value !== null) {
    if (value instanceof CryptoKey) return false
    return Object.entries(value).some(([key, item]) => key.includes(marker) || holds(item, marker))
  }
  return false
}

function bytesHold(bytes: Uint8Array, marker: string): boolean {
  const latin = new TextDecoder('latin1').decode(bytes)
  if (latin.includes(marker)) return true
  const even = bytes.subarray(0, bytes.length & ~1)
  const odd = bytes.subarray(1, 1 + ((bytes.length - 1) & ~1))
  return [even, odd].some((part) => new TextDecoder('utf-16le').decode(part).includes(marker))
}

/** A second mini beside the first, of other ids; both on the case's driver. */
export async function pair(
  t: Run,
  first: Parameters<Run['mini']>[0],
  second: Parameters<Run['mini']>[0]
): Promise<[MiniSubject, MiniSubject]> {
  return [await t.mini(first), await t.mini(second)]
}

/**
 * Two spaces do not see, list, overwrite or clear each other, before and after
 * reopening.
 */
export async function apart(
  t: Run,
  first: Parameters<Run['mini']>[0],
  second: Parameters<Run['mini']>[0],
  what: string
): Promise<void> {
  let [one, two] = await pair(t, first, second)
  one.wx.setStorageSync('k', 'one')
  one.my.setStorageSync({ key: 'k', data: 'my one' })
  equal(two.wx.getStorageSync('k'), '', `${what}: the second space reads the first's wx key`)
  equal(myData(two.my, 'k'), null, `${what}: the second space reads the first's my key`)
  deepEqual(wxInfo(two.wx).keys, [], `${what}: the second space lists keys`)
  equal(wxInfo(two.wx).currentSize, 0, `${what}: the second space counts units`)
  two.wx.setStorageSync('k', 'two')
  two.my.setStorageSync({ key: 'k', data: 'my two' })
  const look = (when: string): void => {
    equal(one.wx.getStorageSync('k'), 'one', `${what}: wx of the first, ${when}`)
    equal(two.wx.getStorageSync('k'), 'two', `${what}: wx of the second, ${when}`)
    equal(myData(one.my, 'k'), 'my one', `${what}: my of the first, ${when}`)
    equal(myData(two.my, 'k'), 'my two', `${what}: my of the second, ${when}`)
  }
  look('at once')
  if (t.lasting) {
    one = await t.reopen(one, first)
    two = await t.reopen(two, second)
    look('after reopening')
  }
  two.wx.clearStorageSync()
  two.my.clearStorageSync()
  equal(one.wx.getStorageSync('k'), 'one', `${what}: wx of the first, after the second was cleared`)
  equal(myData(one.my, 'k'), 'my one', `${what}: my of the first, after the second was cleared`)
  if (t.lasting) {
    one = await t.reopen(one, first)
    two = await t.reopen(two, second)
    equal(one.wx.getStorageSync('k'), 'one', `${what}: wx of the first, after the second was cleared and reopened`)
    equal(two.wx.getStorageSync('k'), '', `${what}: wx of the second, after it was cleared and reopened`)
  }
}

export const both: readonly DriverName[] = ['memory', 'indexeddb']

/** The smallest PNG: one pixel. */
export const png = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0)
)

/** Width of the image at the URL, or 0 when it does not load. */
export function imageWidth(url: string): Promise<number> {
  return new Promise((resolve) => {
    const image = new Image()
    image.onload = () => {
      resolve(image.naturalWidth)
    }
    image.onerror = () => {
      resolve(0)
    }
    image.src = url
  })
}

export { isPromise }
