// wx-storage: the storage family of wx.

import { deepEqual, equal, fail, isPromise, match, ok, record, rejection, show, tag, thrown } from '../assert.js'
import {
  apart,
  both,
  fillWx,
  findAtRest,
  imageWidth,
  on,
  png,
  text,
  wxInfo,
  wxItemUnits,
  wxRoundTrip,
  wxTotalUnits
} from '../helpers.js'
import { sleep, test } from '../runner.js'
import { lastingDrivers } from '../subject.js'

// §1 signatures

test('wx-storage §1 setStorage', async (t) => {
  const { wx } = await t.mini()
  deepEqual(await t.success(on(wx, 'setStorage'), { key: 'k', data: { a: 1 } }), { errMsg: 'setStorage:ok' }, 'callback')
  deepEqual(await wx.setStorage({ key: 'k', data: { a: 2 } }), { errMsg: 'setStorage:ok' }, 'promise')
  deepEqual(await wx.setStorage({ key: 'e', data: 1, encrypt: false }), { errMsg: 'setStorage:ok' }, 'encrypt: false')
  deepEqual(wx.getStorageSync('k'), { a: 2 }, 'the value')
})

test('wx-storage §1 setStorageSync', async (t) => {
  const { wx } = await t.mini()
  equal(wx.setStorageSync('k', [1, 2]), undefined, 'returns')
  deepEqual(wx.getStorageSync('k'), [1, 2], 'the value')
  thrown(() => wx.setStorageSync('k', 'x'.repeat(wxItemUnits)), 'over the limit')
})

test('wx-storage §1 getStorage', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', 'v')
  deepEqual(await t.success(on(wx, 'getStorage'), { key: 'k' }), { data: 'v', errMsg: 'getStorage:ok' }, 'callback')
  deepEqual(await wx.getStorage({ key: 'k', encrypt: false }), { data: 'v', errMsg: 'getStorage:ok' }, 'promise')
})

test('wx-storage §1 getStorageSync', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', 'v')
  equal(wx.getStorageSync('k'), 'v', 'the value')
  equal(wx.getStorageSync('none'), '', 'missing')
})

test('wx-storage §1 removeStorage and removeStorageSync', async (t) => {
  let mini = await t.mini()
  for (const key of ['a', 'b', 'c']) mini.wx.setStorageSync(key, key)
  deepEqual(await t.success(on(mini.wx, 'removeStorage'), { key: 'a' }), { errMsg: 'removeStorage:ok' }, 'removeStorage')
  equal(mini.wx.removeStorageSync('b'), undefined, 'removeStorageSync')
  const look = (when: string): void => {
    deepEqual(wxInfo(mini.wx).keys, ['c'], `keys, ${when}`)
    equal(mini.wx.getStorageSync('a'), '', `a, ${when}`)
    equal(mini.wx.getStorageSync('b'), '', `b, ${when}`)
    equal(mini.wx.getStorageSync('c'), 'c', `c, ${when}`)
  }
  look('at once')
  if (!t.lasting) return
  mini = await t.reopen(mini)
  look('after reopening')
})

test('wx-storage §1 clearStorage and clearStorageSync', async (t) => {
  let mini = await t.mini()
  for (const how of ['clearStorage', 'clearStorageSync'] as const) {
    for (let i = 0; i < 5; i += 1) mini.wx.setStorageSync(`k${i}`, i)
    if (how === 'clearStorage') {
      deepEqual(await t.success(on(mini.wx, how), {}), { errMsg: 'clearStorage:ok' }, how)
    } else {
      equal(mini.wx.clearStorageSync(), undefined, how)
    }
    deepEqual(wxInfo(mini.wx), { keys: [], currentSize: 0, limitSize: 10240 }, `info after ${how}`)
    equal(mini.wx.getStorageSync('k0'), '', how)
    if (!t.lasting) continue
    mini = await t.reopen(mini)
    deepEqual(wxInfo(mini.wx).keys, [], `keys after ${how} and reopening`)
  }
})

test('wx-storage §1 getStorageInfo and getStorageInfoSync', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', 'v')
  const expected = { keys: ['k'], currentSize: 1, limitSize: 10240 }
  deepEqual(await t.success(on(wx, 'getStorageInfo')), { ...expected, errMsg: 'getStorageInfo:ok' }, 'callback')
  deepEqual(await wx.getStorageInfo({}), { ...expected, errMsg: 'getStorageInfo:ok' }, 'promise')
  deepEqual(wx.getStorageInfoSync(), expected, 'Sync')
})

test('wx-storage §1 batchSetStorage', async (t) => {
  let mini = await t.mini()
  const kvList = [
    { key: 'a', value: 1 },
    { key: 'b', value: { deep: [true] } },
    { key: 'c', value: 'text' }
  ]
  const result = await t.success(on(mini.wx, 'batchSetStorage'), { kvList })
  equal(result.errMsg, 'batchSetStorage:ok', 'errMsg')
  ok(result.errno === undefined || result.errno === 0, `errno is ${show(result.errno)}`)
  const look = (): void => {
    equal(mini.wx.getStorageSync('a'), 1, 'a')
    deepEqual(mini.wx.getStorageSync('b'), { deep: [true] }, 'b')
    equal(mini.wx.getStorageSync('c'), 'text', 'c')
  }
  look()
  if (!t.lasting) return
  mini = await t.reopen(mini)
  look()
})

test('wx-storage §1 batchSetStorageSync', async (t) => {
  let mini = await t.mini()
  equal(
    mini.wx.batchSetStorageSync([
      { key: 'a', value: 1 },
      { key: 'b', value: null }
    ]),
    undefined,
    'returns'
  )
  equal(mini.wx.getStorageSync('a'), 1, 'a')
  equal(mini.wx.getStorageSync('b'), null, 'b')
  if (!t.lasting) return
  mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('a'), 1, 'a after reopening')
})

test('wx-storage §1 batchGetStorage', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('a', 1)
  wx.setStorageSync('b', { x: [] })
  const result = await t.success(on(wx, 'batchGetStorage'), { keyList: ['b', 'a', 'b'] })
  deepEqual(result.dataList, [{ x: [] }, 1, { x: [] }], 'dataList in request order')
  equal(result.errMsg, 'batchGetStorage:ok', 'errMsg')
  equal(result.errno, 0, 'errno, since 2.27.3')
})

test('wx-storage §1 batchGetStorageSync', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('a', 1)
  wx.setStorageSync('b', 2)
  deepEqual(wx.batchGetStorageSync(['b', 'a']), [2, 1], 'values in request order')
})

test('wx-storage §1 createBufferURL', async (t) => {
  const { wx } = await t.mini()
  const fromBuffer = wx.createBufferURL(png.buffer)
  const fromView = wx.createBufferURL(png)
  equal(typeof fromBuffer, 'string', 'of an ArrayBuffer')
  equal(typeof fromView, 'string', 'of a typed array')
  ok(fromBuffer !== '' && fromBuffer !== fromView, 'each URL is unique')
  ok(wx.createBufferURL(png) !== fromView, 'the same buffer again gives another URL')
})

test('wx-storage §1 revokeBufferURL', async (t) => {
  const { wx } = await t.mini()
  const url = wx.createBufferURL(png.buffer)
  equal(wx.revokeBufferURL(url), undefined, 'returns')
  equal(wx.revokeBufferURL(url), undefined, 'a second time')
})

test('wx-storage §1 batch calls take many items', async (t) => {
  let mini = await t.mini()
  const kvList = Array.from({ length: 500 }, (_item, i) => ({ key: `key ${i}`, value: { i } }))
  await t.success(on(mini.wx, 'batchSetStorage'), { kvList })
  if (t.lasting) mini = await t.reopen(mini)
  const list = mini.wx.batchGetStorageSync(kvList.map((item) => item.key))
  deepEqual(list, kvList.map((item) => item.value), 'values')
  equal(wxInfo(mini.wx).keys.length, 500, 'keys')
})

test('wx-storage §1 the last of equal keys in a batch stays', async (t) => {
  const { wx } = await t.mini()
  wx.batchSetStorageSync([
    { key: 'k', value: 1 },
    { key: 'k', value: 2 }
  ])
  equal(wx.getStorageSync('k'), 2, 'k')
  deepEqual(wxInfo(wx).keys, ['k'], 'keys')
})

test('wx-storage §1 a batch with one item over the limit fails as a whole', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('b', 'old')
  const value = await t.failure(on(wx, 'batchSetStorage'), {
    kvList: [
      { key: 'a', value: 1 },
      { key: 'b', value: 'x'.repeat(wxItemUnits) }
    ]
  })
  match(value.errMsg, /^batchSetStorage:fail/, 'errMsg')
  equal(wx.getStorageSync('b'), 'old', 'the refused item keeps its old value')
  equal(wx.getStorageSync('a'), '', 'an item before the refused one')
})

// §2 serialisation: every tag, and the round-trip table

test('wx-storage §2 tag String', (t) => wxRoundTrip(t, () => 'a string', { expected: 'a string' }))
test('wx-storage §2 tag Number', (t) => wxRoundTrip(t, () => 42, { expected: 42 }))
test('wx-storage §2 tag Boolean', (t) => wxRoundTrip(t, () => false, { expected: false }))
test('wx-storage §2 tag Date', (t) => wxRoundTrip(t, () => new Date(1e12), { expected: new Date(1e12) }))
test('wx-storage §2 tag Undefined', async (t) => {
  let mini = await t.mini()
  await t.success(on(mini.wx, 'setStorage'), { key: 'k', data: undefined })
  if (t.lasting) mini = await t.reopen(mini)
  const result = await t.success(on(mini.wx, 'getStorage'), { key: 'k' })
  ok('data' in result && result.data === undefined, `got ${show(result)}`)
  deepEqual(wxInfo(mini.wx).keys, ['k'], 'the key is there')
})
test('wx-storage §2 tag Null', (t) => wxRoundTrip(t, () => null, { expected: null }))
test('wx-storage §2 tags Object and Array, a fresh object on every read', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('o', { a: [1] })
  const one = wx.getStorageSync('o')
  const two = wx.getStorageSync('o')
  deepEqual(one, { a: [1] }, 'the value')
  ok(one !== two, 'two reads give the same object')
  ok(record(one, 'one').a !== record(two, 'two').a, 'two reads share an inner array')
  const three = record(await wx.getStorage({ key: 'o' }), 'result').data
  const four = record(await wx.getStorage({ key: 'o' }), 'result').data
  ok(three !== four && three !== one, 'getStorage gives the same object twice')
})
test('wx-storage §2 any other tag is stored as the empty string', (t) =>
  wxRoundTrip(t, () => /r/, { expected: '' }))

test('wx-storage §2 strings', async (t) => {
  await wxRoundTrip(t, () => 'abc', { expected: 'abc' })
})
test('wx-storage §2 the empty string', async (t) => {
  await wxRoundTrip(t, () => '', { expected: '' })
})
test('wx-storage §2 strings that look like other types stay strings', async (t) => {
  let mini = await t.mini()
  const texts = ['1', 'true', 'null', 'undefined', '{"a":1}', '[1]', 'NaN', '1e3', '"quoted"', '{"data":1}', ' ', '\n']
  for (const item of texts) mini.wx.setStorageSync(`key ${item}`, item)
  if (t.lasting) mini = await t.reopen(mini)
  for (const item of texts) equal(mini.wx.getStorageSync(`key ${item}`), item, `text ${show(item)}`)
})
test('wx-storage §2 numbers', async (t) => {
  let mini = await t.mini()
  const numbers = [0, 1, 1.5, -3e300, 5e-324, 1.7976931348623157e308, 9007199254740991, 0.1, 1e21, 1.2345678901234567e20]
  for (const item of numbers) mini.wx.setStorageSync(`n${item}`, item)
  for (let round = 0; round < 2; round += 1) {
    for (const item of numbers) equal(mini.wx.getStorageSync(`n${item}`), item, `number ${item}`)
    if (!t.lasting) return
    mini = await t.reopen(mini)
  }
})
test('wx-storage §2 NaN round trip', (t) => wxRoundTrip(t, () => NaN, { expected: NaN }))
test('wx-storage §2 Infinity round trip', (t) => wxRoundTrip(t, () => Infinity, { expected: Infinity }))
test('wx-storage §2 -Infinity round trip', (t) => wxRoundTrip(t, () => -Infinity, { expected: -Infinity }))
test('wx-storage §2 -0 comes back as 0', (t) =>
  wxRoundTrip(t, () => -0, { check: (got, what) => { equal(got, 0, what) } }))
test('wx-storage §2 NaN and Infinity inside an object become null', (t) =>
  wxRoundTrip(t, () => ({ a: NaN, b: [Infinity, -Infinity] }), { expected: { a: null, b: [null, null] } }))
test('wx-storage §2 true', (t) => wxRoundTrip(t, () => true, { expected: true }))
test('wx-storage §2 false', (t) => wxRoundTrip(t, () => false, { expected: false }))
test('wx-storage §2 null', (t) => wxRoundTrip(t, () => null, { expected: null }))

test('wx-storage §2 undefined through setStorage', async (t) => {
  let mini = await t.mini()
  await t.success(on(mini.wx, 'setStorage'), { key: 'explicit', data: undefined })
  await t.success(on(mini.wx, 'setStorage'), { key: 'missing' })
  if (t.lasting) mini = await t.reopen(mini)
  for (const key of ['explicit', 'missing']) {
    const result = await t.success(on(mini.wx, 'getStorage'), { key })
    equal(result.data, undefined, key)
    equal(mini.wx.getStorageSync(key), undefined, `getStorageSync of ${key}`)
  }
  deepEqual([...wxInfo(mini.wx).keys].sort(), ['explicit', 'missing'], 'keys')
})
test('wx-storage §2 undefined through setStorageSync, as since 3.11.0', async (t) => {
  let mini = await t.mini()
  equal(mini.wx.setStorageSync('k', undefined), undefined, 'returns')
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('k'), undefined, 'the value')
})

test('wx-storage §2 Date', (t) =>
  wxRoundTrip(t, () => new Date(1700000000123), {
    check: (got, what) => {
      ok(got instanceof Date, `${what}: got ${show(got)}`)
      equal(got.getTime(), 1700000000123, what)
    }
  }))
test('wx-storage §2 dates before 1970', (t) =>
  wxRoundTrip(t, () => new Date(-12345), { expected: new Date(-12345) }))
test('wx-storage §2 invalid Date', (t) =>
  wxRoundTrip(t, () => new Date(NaN), {
    check: (got, what) => {
      ok(got instanceof Date && Number.isNaN(got.getTime()), `${what}: got ${show(got)}`)
    }
  }))
test('wx-storage §2 Date inside an object', (t) =>
  wxRoundTrip(t, () => ({ at: new Date(0), list: [new Date(1)] }), {
    expected: { at: '1970-01-01T00:00:00.000Z', list: ['1970-01-01T00:00:00.001Z'] }
  }))

test('wx-storage §2 plain object and array, deep', (t) =>
  wxRoundTrip(t, () => ({ a: { b: [1, 'two', { c: null }] }, 中文: '值', '': 0 }), {
    expected: { a: { b: [1, 'two', { c: null }] }, 中文: '值', '': 0 }
  }))
test('wx-storage §2 empty object and empty array', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('o', {})
  mini.wx.setStorageSync('a', [])
  if (t.lasting) mini = await t.reopen(mini)
  deepEqual(mini.wx.getStorageSync('o'), {}, 'object')
  deepEqual(mini.wx.getStorageSync('a'), [], 'array')
})
test('wx-storage §2 members that JSON drops', (t) =>
  wxRoundTrip(t, () => ({ a: undefined, b: () => 1, c: [undefined, () => 1, Symbol('s')], d: Symbol('s'), e: 1 }), {
    expected: { c: [null, null, null], e: 1 }
  }))
test('wx-storage §2 toJSON is honoured', (t) =>
  wxRoundTrip(t, () => ({ a: { toJSON: () => 'mine' }, b: 1 }), { expected: { a: 'mine', b: 1 } }))
test('wx-storage §2 key order is kept', (t) =>
  wxRoundTrip(t, () => ({ z: 1, a: 2, m: 3 }), {
    check: (got, what) => { deepEqual(Object.keys(record(got, what)), ['z', 'a', 'm'], what) }
  }))
test('wx-storage §2 __proto__ inside a stored object is data', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('k', JSON.parse('{"__proto__":{"polluted":1},"constructor":2}'))
  if (t.lasting) mini = await t.reopen(mini)
  for (let i = 0; i < 4; i += 1) {
    const got = record(mini.wx.getStorageSync('k'), 'the value')
    deepEqual(Object.keys(got).sort(), ['__proto__', 'constructor'], `own keys, read ${i}`)
    equal(Object.getPrototypeOf(got), Object.prototype, `prototype, read ${i}`)
    deepEqual(Object.getOwnPropertyDescriptor(got, '__proto__')?.value, { polluted: 1 }, `the member, read ${i}`)
    equal(({} as Record<string, unknown>).polluted, undefined, 'Object.prototype')
  }
})
test('wx-storage §2 sparse array', (t) =>
  // eslint-disable-next-line no-sparse-arrays -- the hole is the point
  wxRoundTrip(t, () => [1, , 3], { expected: [1, null, 3] }))
test('wx-storage §2 class instance', (t) => {
  class Point {
    x = 1
    #hidden = 2
    sum(): number {
      return this.x + this.#hidden
    }
  }
  return wxRoundTrip(t, () => new Point(), {
    check: (got, what) => {
      deepEqual(got, { x: 1 }, what)
      equal(Object.getPrototypeOf(got), Object.prototype, `${what}: prototype`)
    }
  })
})
test('wx-storage §2 object with Symbol.toStringTag', async (t) => {
  await wxRoundTrip(t, () => ({ a: 1, [Symbol.toStringTag]: 'Mine' }), { expected: '' })
  const { wx } = await t.mini({ appId: t.freshId() })
  wx.setStorageSync('k', { a: 1, [Symbol.toStringTag]: 'Object' })
  deepEqual(wx.getStorageSync('k'), { a: 1 }, 'the tag Object')
})
test('wx-storage §2 boxed primitives', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('s', new String('a'))
  mini.wx.setStorageSync('n', new Number(1))
  mini.wx.setStorageSync('b', new Boolean(false))
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('s'), 'a', 'String')
  equal(mini.wx.getStorageSync('n'), 1, 'Number')
  equal(mini.wx.getStorageSync('b'), false, 'Boolean')
})
test('wx-storage §2 function', (t) => wxRoundTrip(t, () => () => 1, { expected: '' }))
test('wx-storage §2 symbol', (t) => wxRoundTrip(t, () => Symbol('s'), { expected: '' }))
test('wx-storage §2 RegExp, Error, Promise, WeakMap', async (t) => {
  const { wx } = await t.mini()
  for (const value of [/r/, new Error('e'), new TypeError('t'), Promise.resolve(1), new WeakMap()]) {
    wx.setStorageSync('k', 'before')
    wx.setStorageSync('k', value)
    equal(wx.getStorageSync('k'), '', tag(value))
  }
})
test('wx-storage §2 Map and Set', async (t) => {
  const { wx } = await t.mini()
  for (const value of [new Map([[1, 2]]), new Set([1])]) {
    wx.setStorageSync('k', value)
    equal(wx.getStorageSync('k'), '', `${tag(value)} at the top`)
    wx.setStorageSync('k', { value })
    deepEqual(wx.getStorageSync('k'), { value: {} }, `${tag(value)} nested`)
  }
})
test('wx-storage §2 ArrayBuffer, Uint8Array, DataView at the top', async (t) => {
  let mini = await t.mini()
  const values = [new ArrayBuffer(2), new Uint8Array([1, 2]), new DataView(new ArrayBuffer(1)), new Float64Array(1)]
  for (const [i, value] of values.entries()) {
    await t.success(on(mini.wx, 'setStorage'), { key: `k${i}`, data: value })
    equal(mini.wx.getStorageSync(`k${i}`), '', tag(value))
  }
  if (t.lasting) mini = await t.reopen(mini)
  equal(wxInfo(mini.wx).keys.length, values.length, 'keys')
})
test('wx-storage §2 ArrayBuffer and typed array nested', (t) =>
  wxRoundTrip(t, () => ({ b: new ArrayBuffer(2), t: new Uint8Array([7, 8]) }), { expected: { b: {}, t: { 0: 7, 1: 8 } } }))
test('wx-storage §2 BigInt', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', 10n)
  equal(wx.getStorageSync('k'), '', 'at the top')
  wx.setStorageSync('k', 'old')
  ok(thrown(() => wx.setStorageSync('k', { a: 1n }), 'nested') instanceof TypeError, 'nested: a TypeError')
  equal(wx.getStorageSync('k'), 'old', 'the old value stays')
  const value = await t.failure(on(wx, 'setStorage'), { key: 'k', data: [1n] })
  match(value.errMsg, /^setStorage:fail .*BigInt/, 'asynchronous')
})
test('wx-storage §2 circular structure, asynchronous', async (t) => {
  const { wx } = await t.mini()
  const circle: Record<string, unknown> = { a: 1 }
  circle.self = circle
  wx.setStorageSync('k', 'old')
  let message = ''
  try {
    JSON.stringify(circle)
  } catch (error) {
    message = (error as Error).message
  }
  const value = await t.failure(on(wx, 'setStorage'), { key: 'k', data: circle })
  equal(value.errMsg, `setStorage:fail ${message}`, 'errMsg')
  ok(!('errno' in value), `errno is ${show(value.errno)}`)
  const reason = record(await rejection(wx.setStorage({ key: 'k', data: circle }), 'promise'), 'reason')
  equal(reason.errMsg, `setStorage:fail ${message}`, 'errMsg of the rejection')
  equal(wx.getStorageSync('k'), 'old', 'the old value stays')
})
test('wx-storage §2 circular structure, Sync', async (t) => {
  const { wx } = await t.mini()
  const circle: unknown[] = []
  circle.push(circle)
  wx.setStorageSync('k', 'old')
  const error = thrown(() => wx.setStorageSync('k', circle), 'setStorageSync')
  ok(error instanceof TypeError, `expected a TypeError, got ${show(error)}`)
  ok(!error.message.includes('setStorageSync'), `the message is unprefixed, got ${show(error.message)}`)
  equal(wx.getStorageSync('k'), 'old', 'the old value stays')
})
test('wx-storage §2 mutating what was stored or read has no effect', async (t) => {
  const { wx } = await t.mini()
  const value = { list: [1] }
  wx.setStorageSync('sync', value)
  const pending = wx.setStorage({ key: 'async', data: value })
  value.list.push(2)
  await pending
  for (const key of ['sync', 'async']) {
    // More than once: a value that is read again may come another way.
    for (let i = 0; i < 4; i += 1) {
      const read = wx.getStorageSync(key) as { list: number[] }
      deepEqual(read, { list: [1] }, `${key}, read ${i}`)
      read.list.push(3)
      const result = record(await wx.getStorage({ key }), 'result').data as { list: number[] }
      deepEqual(result, { list: [1] }, `${key}, getStorage ${i}`)
      result.list.push(4)
    }
  }
})
test('wx-storage §2 emoji and lone surrogates', async (t) => {
  let mini = await t.mini()
  const texts = ['😀', '👨‍👩‍👧', 'a\ud800b', '\udc00', '\ud83d', '\ude00\ud83d', '\u0000', 'a\u0000b', '\ufeffbom', '\uffff', '中\u2028文']
  for (const [i, item] of texts.entries()) {
    mini.wx.setStorageSync(`plain${i}`, item)
    mini.wx.setStorageSync(`nested${i}`, { [item]: [item] })
  }
  for (let round = 0; round < 2; round += 1) {
    for (const [i, item] of texts.entries()) {
      equal(mini.wx.getStorageSync(`plain${i}`), item, `round ${round}, text ${i}`)
      deepEqual(mini.wx.getStorageSync(`nested${i}`), { [item]: [item] }, `round ${round}, text ${i} in an object`)
    }
    if (!t.lasting) return
    mini = await t.reopen(mini)
  }
})
test('wx-storage §2 emoji and lone surrogates under encrypt', async (t) => {
  let mini = await t.mini()
  const texts = ['😀', 'a\ud800b', '\udc00', '\u0000']
  for (const [i, item] of texts.entries()) {
    await t.success(on(mini.wx, 'setStorage'), { key: `k${i}`, data: item, encrypt: true })
  }
  if (t.lasting) mini = await t.reopen(mini)
  for (const [i, item] of texts.entries()) {
    equal((await t.success(on(mini.wx, 'getStorage'), { key: `k${i}`, encrypt: true })).data, item, `text ${i}`)
  }
})
test('wx-storage §2 getStorage gives any type', async (t) => {
  const { wx } = await t.mini()
  for (const data of ['s', 1, true, null, { a: 1 }, [1], new Date(5)]) {
    await wx.setStorage({ key: 'k', data })
    deepEqual(record(await wx.getStorage({ key: 'k' }), 'result').data, data, show(data))
  }
})

// §3 behaviour per API

test('wx-storage §3 setStorage replaces the old value completely', async (t) => {
  let mini = await t.mini()
  await mini.wx.setStorage({ key: 'k', data: { a: 1, b: 2 } })
  await mini.wx.setStorage({ key: 'k', data: { c: 3 } })
  deepEqual(mini.wx.getStorageSync('k'), { c: 3 }, 'object over object')
  mini.wx.setStorageSync('k', 'text')
  equal(mini.wx.getStorageSync('k'), 'text', 'text over object')
  mini.wx.setStorageSync('k', 7)
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('k'), 7, 'number over text')
  deepEqual(wxInfo(mini.wx).keys, ['k'], 'keys')
})
test('wx-storage §3 the same text with another type replaces the type', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('k', '5')
  mini.wx.setStorageSync('k', 5)
  equal(mini.wx.getStorageSync('k'), 5, 'Number over String')
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('k'), 5, 'after reopening')
  mini.wx.setStorageSync('k', '5')
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('k'), '5', 'String over Number')
})
test('wx-storage §3 setStorage of the same text and type succeeds', async (t) => {
  const { wx } = await t.mini()
  for (let i = 0; i < 3; i += 1) {
    deepEqual(await t.success(on(wx, 'setStorage'), { key: 'k', data: { a: 1 } }), { errMsg: 'setStorage:ok' }, `round ${i}`)
  }
  deepEqual(wx.getStorageSync('k'), { a: 1 }, 'the value')
})
test('wx-storage §3 a failed setStorage writes nothing and keeps the old value', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('k', 'old')
  const before = wxInfo(mini.wx)
  const long = 'x'.repeat(wxItemUnits)
  await t.failure(on(mini.wx, 'setStorage'), { key: 'k', data: long })
  thrown(() => mini.wx.setStorageSync('k', long), 'setStorageSync')
  await t.failure(on(mini.wx, 'setStorage'), { key: 'new', data: long })
  for (let round = 0; round < 2; round += 1) {
    equal(mini.wx.getStorageSync('k'), 'old', `the old value, round ${round}`)
    equal(mini.wx.getStorageSync('new'), '', `a new key, round ${round}`)
    deepEqual(wxInfo(mini.wx), before, `info, round ${round}`)
    if (!t.lasting) return
    mini = await t.reopen(mini)
  }
})
test('wx-storage §3 setStorageSync with a key that is no string', async (t) => {
  const { wx } = await t.mini()
  const keys: Array<[unknown, string]> = [
    [5, 'Number'],
    [undefined, 'Undefined'],
    [null, 'Null'],
    [{}, 'Object'],
    [['k'], 'Array'],
    [true, 'Boolean']
  ]
  for (const [key, tagName] of keys) {
    const before = t.console().length
    equal(wx.setStorageSync(key, 1), undefined, `returns for ${tagName}`)
    const lines = t.console().slice(before)
    const wanted = `error: setStorageSync:fail the first parameter should be a string instead of ${tagName}`
    ok(lines.includes(wanted), `expected console.error ${show(wanted)}, got ${show(lines)}`)
  }
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
})
test('wx-storage §3 setStorage with a key that is no string', async (t) => {
  const { wx } = await t.mini()
  deepEqual(
    await t.failure(on(wx, 'setStorage'), { key: 5, data: 1 }),
    { errMsg: 'setStorage:fail parameter error: parameter.key should be String instead of Number;', errno: 1001 },
    'a number'
  )
  deepEqual(
    await t.failure(on(wx, 'setStorage'), { data: 1 }),
    { errMsg: 'setStorage:fail parameter error: parameter.key should be String instead of Undefined;', errno: 1001 },
    'missing'
  )
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
})
test('wx-storage §3 getStorage of a missing key fails', async (t) => {
  const { wx } = await t.mini()
  const value = await t.failure(on(wx, 'getStorage'), { key: 'none' })
  deepEqual(value, { errMsg: text.wxMissing }, 'to fail')
  deepEqual(await rejection(wx.getStorage({ key: 'none' }), 'promise'), { errMsg: text.wxMissing }, 'rejection')
})
test('wx-storage §3 getStorageSync of a missing key gives the empty string', async (t) => {
  const { wx } = await t.mini()
  equal(wx.getStorageSync('none'), '', 'never stored')
  wx.setStorageSync('k', 1)
  wx.removeStorageSync('k')
  equal(wx.getStorageSync('k'), '', 'removed')
})
test('wx-storage §3 getStorageSync with a key that is no string', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('5', 'five')
  wx.setStorageSync('undefined', 'u')
  const before = t.console().length
  for (const key of [5, undefined, null, {}, ['5']]) equal(wx.getStorageSync(key), undefined, show(key))
  deepEqual(t.console().slice(before), [], 'it is silent')
})
test('wx-storage §3 getStorage with a key that is no string', async (t) => {
  const { wx } = await t.mini()
  deepEqual(
    await t.failure(on(wx, 'getStorage'), { key: 5 }),
    { errMsg: 'getStorage:fail parameter error: parameter.key should be String instead of Number;' },
    'a number: no errno'
  )
})
test('wx-storage §3 batchGetStorage gives null for a missing key', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('a', 1)
  deepEqual(wx.batchGetStorageSync(['x', 'a', 'y']), [null, 1, null], 'Sync')
  const result = await t.success(on(wx, 'batchGetStorage'), { keyList: ['x', 'a', 'y'] })
  deepEqual(result.dataList, [null, 1, null], 'asynchronous')
})
test('wx-storage §3 batchGetStorage with a bad keyList', async (t) => {
  const { wx } = await t.mini()
  const table: Array<[unknown, string]> = [
    [5, 'parameter.keyList should be Array instead of Number;'],
    [undefined, 'parameter.keyList should be Array instead of Undefined;'],
    [[], 'parameter.keyList should have at least 1 item;'],
    [[5], 'parameter.keyList[0] should be String instead of Number;'],
    [[''], 'parameter.keyList[0] should be not empty string']
  ]
  for (const [keyList, fragment] of table) {
    deepEqual(
      await t.failure(on(wx, 'batchGetStorage'), { keyList }),
      { errMsg: `batchGetStorage:fail parameter error: ${fragment}` },
      `keyList ${show(keyList)}: no errno`
    )
  }
})
test('wx-storage §3 batchGetStorageSync and batchSetStorageSync with a bad argument give undefined', async (t) => {
  const { wx } = await t.mini()
  for (const argument of [5, undefined, null, [], [5], [''], [{}]]) {
    equal(wx.batchGetStorageSync(argument), undefined, `batchGetStorageSync(${show(argument)})`)
  }
  for (const argument of [5, undefined, null, [], [5], [{}], [{ key: '', value: 1 }]]) {
    equal(wx.batchSetStorageSync(argument), undefined, `batchSetStorageSync(${show(argument)})`)
  }
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
  await t.reportedErrors()
})
test('wx-storage §3 batchSetStorageSync that fails throws and stores nothing', async (t) => {
  const { wx } = await t.mini()
  const error = thrown(
    () =>
      wx.batchSetStorageSync([
        { key: 'a', value: 1 },
        { key: 'b', value: 'x'.repeat(wxItemUnits) }
      ]),
    'batchSetStorageSync'
  )
  ok(error instanceof Error, `got ${show(error)}`)
  ok(error.message.includes('batchSetStorageSync:fail:entry size limit reached'), `message is ${show(error.message)}`)
  deepEqual(wxInfo(wx).keys, [], 'keys')
})
test('wx-storage §3 removeStorage of a missing key succeeds', async (t) => {
  const { wx } = await t.mini()
  deepEqual(await t.success(on(wx, 'removeStorage'), { key: 'none' }), { errMsg: 'removeStorage:ok' }, 'callback')
  deepEqual(await wx.removeStorage({ key: 'none' }), { errMsg: 'removeStorage:ok' }, 'promise')
  equal(wx.removeStorageSync('none'), undefined, 'Sync')
})
test('wx-storage §3 removeStorage with a key that is no string', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('5', 'five')
  deepEqual(
    await t.failure(on(wx, 'removeStorage'), { key: 5 }),
    { errMsg: 'removeStorage:fail parameter error: parameter.key should be String instead of Number;', errno: 1001 },
    'a number'
  )
  equal(wx.getStorageSync('5'), 'five', 'nothing is coerced')
})
test('wx-storage §3 removeStorageSync with a key that is no string', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('5', 'five')
  wx.setStorageSync('undefined', 'u')
  for (const key of [5, undefined, null, {}]) equal(wx.removeStorageSync(key), undefined, show(key))
  equal(wxInfo(wx).keys.length, 2, 'nothing is removed')
})
test('wx-storage §3 clearStorage without an argument clears this space only', async (t) => {
  const mini = await t.mini()
  const other = await t.mini({ userId: 'somebody else' })
  mini.wx.setStorageSync('k', 1)
  mini.my.setStorageSync({ key: 'k', data: 1 })
  other.wx.setStorageSync('k', 2)
  deepEqual(await mini.wx.clearStorage(), { errMsg: 'clearStorage:ok' }, 'result')
  deepEqual(wxInfo(mini.wx).keys, [], 'keys')
  equal(other.wx.getStorageSync('k'), 2, "another user's space")
  equal(record(mini.my.getStorageSync({ key: 'k' }), 'my').data, 1, 'the my space')
})
test('wx-storage §3 getStorageInfoSync without errMsg', async (t) => {
  const { wx } = await t.mini()
  ok(!('errMsg' in record(wx.getStorageInfoSync(), 'info')), 'errMsg is there')
})
test('wx-storage §3 getStorageInfo.keys lists every key once', async (t) => {
  let mini = await t.mini()
  const keys = ['b', 'a', '中', 'c d', '10', '9']
  for (const key of keys) mini.wx.setStorageSync(key, key)
  for (const key of keys) mini.wx.setStorageSync(key, `${key} again`)
  if (t.lasting) mini = await t.reopen(mini)
  deepEqual([...wxInfo(mini.wx).keys].sort(), [...keys].sort(), 'keys')
  wxInfo(mini.wx).keys.push('mine')
  equal(wxInfo(mini.wx).keys.length, keys.length, 'the list is a fresh one on every call')
})
test('wx-storage §3 a read sees the last write at once', async (t) => {
  const { wx } = await t.mini()
  wx.setStorage({ key: 'k', data: 1, success: () => undefined })
  equal(wx.getStorageSync('k'), 1, 'getStorageSync right after setStorage')
  wx.setStorageSync('k', 2)
  equal(record(await wx.getStorage({ key: 'k' }), 'result').data, 2, 'getStorage right after setStorageSync')
  wx.removeStorageSync('k')
  equal(wx.getStorageSync('k'), '', 'after removeStorageSync')
})

// §3 key rules

const oddKeys = [
  ' ',
  '  leading and trailing  ',
  '\t\n',
  '键',
  'ключ',
  '😀',
  '__proto__',
  'constructor',
  'length',
  'toString',
  'hasOwnProperty',
  'prototype',
  'valueOf',
  '__plugins',
  'a.b',
  'a/b',
  'a:b',
  'a|b',
  '"',
  "'",
  '\\',
  '%00',
  '\u0000',
  'null',
  'undefined',
  '0',
  '-1',
  '\ud800',
  '\ud801',
  '\ufeff'
]

test('wx-storage §3 any non-empty string is an ordinary key', async (t) => {
  let mini = await t.mini()
  equal(mini.wx.getStorageSync('__proto__'), '', '__proto__ before it was stored')
  equal(mini.wx.getStorageSync('constructor'), '', 'constructor before it was stored')
  await t.failure(on(mini.wx, 'getStorage'), { key: 'toString' })
  for (const [i, key] of oddKeys.entries()) mini.wx.setStorageSync(key, i)
  for (let round = 0; round < 2; round += 1) {
    for (const [i, key] of oddKeys.entries()) {
      equal(mini.wx.getStorageSync(key), i, `key ${show(key)}, round ${round}`)
    }
    deepEqual([...wxInfo(mini.wx).keys].sort(), [...oddKeys].sort(), `keys, round ${round}`)
    if (!t.lasting) break
    mini = await t.reopen(mini)
  }
  for (const key of oddKeys) mini.wx.removeStorageSync(key)
  deepEqual(wxInfo(mini.wx), { keys: [], currentSize: 0, limitSize: 10240 }, 'after removing each')
})
test('wx-storage §3 the empty key: setStorage', async (t) => {
  const { wx } = await t.mini()
  const value = await t.failure(on(wx, 'setStorage'), { key: '', data: 1 })
  match(value.errMsg, /^setStorage:fail( |:)invalid key$/, 'errMsg')
  equal(value.errno, 800003, 'errno')
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
})
test('wx-storage §3 the empty key: setStorageSync', async (t) => {
  const { wx } = await t.mini()
  const error = thrown(() => wx.setStorageSync('', 1), 'setStorageSync')
  ok(error instanceof Error, `got ${show(error)}`)
  match(error.message, /setStorageSync:fail( |:)invalid key$/, 'message')
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
})
test('wx-storage §3 the empty key: getStorage, getStorageSync, removeStorage', async (t) => {
  const { wx } = await t.mini()
  match((await t.failure(on(wx, 'getStorage'), { key: '' })).errMsg, /^getStorage:fail/, 'getStorage')
  equal(wx.getStorageSync(''), '', 'getStorageSync')
  match((await t.failure(on(wx, 'removeStorage'), { key: '' })).errMsg, /^removeStorage:fail/, 'removeStorage')
})
test('wx-storage §3 keys that start with __plugins__, asynchronous', async (t) => {
  const { wx } = await t.mini()
  const key = '__plugins__/wx123/k'
  for (const name of ['setStorage', 'getStorage', 'removeStorage'] as const) {
    equal(
      (await t.failure(on(wx, name), { key, data: 1 })).errMsg,
      `${name}:fail invalid key "${key}"`,
      name
    )
  }
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
})
test('wx-storage §3 keys that start with __plugins__, Sync', async (t) => {
  const { wx } = await t.mini()
  const key = '__plugins__k'
  equal(wx.setStorageSync(key, 1), undefined, 'setStorageSync')
  equal(wx.getStorageSync(key), undefined, 'getStorageSync')
  equal(wx.removeStorageSync(key), undefined, 'removeStorageSync')
  deepEqual(wxInfo(wx).keys, [], 'nothing is stored')
})
test('wx-storage §3 keys are case-sensitive', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('Key', 1)
  wx.setStorageSync('key', 2)
  equal(wx.getStorageSync('Key'), 1, 'Key')
  equal(wx.getStorageSync('key'), 2, 'key')
  equal(wx.getStorageSync('KEY'), '', 'KEY')
})
test('wx-storage §3 keys are not normalised', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('\u00e9', 'composed')
  mini.wx.setStorageSync('e\u0301', 'decomposed')
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('\u00e9'), 'composed', 'composed')
  equal(mini.wx.getStorageSync('e\u0301'), 'decomposed', 'decomposed')
})
test('wx-storage §3 a long key counts in the entry size', async (t) => {
  const { wx } = await t.mini()
  const key = 'k'.repeat(wxItemUnits - 10)
  wx.setStorageSync(key, 'x'.repeat(10))
  equal(wx.getStorageSync(key), 'x'.repeat(10), 'key and text of exactly 1 MB')
  const error = thrown(() => wx.setStorageSync(key, 'x'.repeat(11)), 'one unit more')
  ok(String(record(error, 'error').message).includes(text.wxItem), `message is ${show(error)}`)
})
test('wx-storage §3 numbers are never coerced to keys', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('1', 'one')
  equal(wx.getStorageSync(1), undefined, 'getStorageSync(1)')
  wx.setStorageSync(1, 'two')
  equal(wx.getStorageSync('1'), 'one', 'after setStorageSync(1, ...)')
  await t.failure(on(wx, 'setStorage'), { key: 1, data: 'two' })
  wx.removeStorageSync(1)
  equal(wx.getStorageSync('1'), 'one', 'at the end')
})

// §4 limits

test('wx-storage §4 1 MB per key, both sides', async (t) => {
  let mini = await t.mini()
  const exact = 'x'.repeat(wxItemUnits - 3)
  mini.wx.setStorageSync('key', exact)
  ok(mini.wx.getStorageSync('key') === exact, 'exactly 1048576 units through setStorageSync')
  await t.success(on(mini.wx, 'setStorage'), { key: 'abc', data: exact })
  const error = thrown(() => mini.wx.setStorageSync('key', `${exact}x`), 'setStorageSync of 1048577 units')
  ok(
    String(record(error, 'error').message).includes('setStorageSync:fail:entry size limit reached'),
    `message is ${show(error)}`
  )
  equal(
    (await t.failure(on(mini.wx, 'setStorage'), { key: 'abc', data: `${exact}x` })).errMsg,
    'setStorage:fail:entry size limit reached',
    'setStorage of 1048577 units'
  )
  if (t.lasting) mini = await t.reopen(mini)
  ok(mini.wx.getStorageSync('key') === exact, 'the old value of key stays')
  ok(mini.wx.getStorageSync('abc') === exact, 'the old value of abc stays')
})
test('wx-storage §4 per key: key and text are counted in UTF-16 units', async (t) => {
  const { wx } = await t.mini()
  const chinese = '中'.repeat(wxItemUnits - 2)
  wx.setStorageSync('键值', chinese)
  ok(wx.getStorageSync('键值') === chinese, 'Chinese text is one unit a character')
  thrown(() => wx.setStorageSync('键值', `${chinese}中`), 'one character more')
  const emoji = '😀'.repeat((wxItemUnits - 2) / 2)
  wx.clearStorageSync()
  wx.setStorageSync('😀', emoji)
  ok(wx.getStorageSync('😀') === emoji, 'an emoji is two units')
  thrown(() => wx.setStorageSync('😀', `${emoji}x`), 'one unit more')
})
test('wx-storage §4 per key: the JSON text counts', async (t) => {
  const { wx } = await t.mini()
  // {"a":"..."} has 8 units around the text, the key has one.
  const room = wxItemUnits - 1 - 8
  wx.setStorageSync('k', { a: 'x'.repeat(room) })
  thrown(() => wx.setStorageSync('k', { a: 'x'.repeat(room + 1) }), 'one unit more')
  wx.setStorageSync('k', { a: '"'.repeat(room / 2 - 1) })
  thrown(() => wx.setStorageSync('k', { a: '"'.repeat(Math.floor(room / 2) + 1) }), 'escapes count')
})
test('wx-storage §4 per key: the limit holds for batchSetStorage', async (t) => {
  const { wx } = await t.mini()
  const exact = 'x'.repeat(wxItemUnits - 1)
  await t.success(on(wx, 'batchSetStorage'), { kvList: [{ key: 'k', value: exact }] })
  equal(
    (await t.failure(on(wx, 'batchSetStorage'), { kvList: [{ key: 'k', value: `${exact}x` }] })).errMsg,
    'batchSetStorage:fail:entry size limit reached',
    'one unit more'
  )
  ok(wx.getStorageSync('k') === exact, 'the old value stays')
})

const heavy = { drivers: both, timeout: 60_000 }

test('wx-storage §4 10 MB in total, both sides', async (t) => {
  const { wx } = await t.mini()
  const keys = fillWx(wx, wxTotalUnits - 1)
  equal(wxInfo(wx).currentSize, 10240, 'currentSize at 10485759 units')
  const last = keys.at(-1) ?? fail('no keys')
  const room = String(wx.getStorageSync(last))
  equal(
    (await t.failure(on(wx, 'setStorage'), { key: last, data: `${room}x` })).errMsg,
    'setStorage:fail exceed storage max size 10Mb',
    'setStorage that reaches 10485760 units'
  )
  const error = record(thrown(() => wx.setStorageSync(last, `${room}x`), 'setStorageSync'), 'error')
  ok(
    String(error.message).includes('setStorageSync:fail exceed storage max size 10Mb'),
    `message is ${show(error.message)}`
  )
  ok(wx.getStorageSync(last) === room, 'the refused write keeps the old value')
  thrown(() => wx.setStorageSync('n', ''), 'a new key of one unit')
  equal(wxInfo(wx).keys.length, keys.length, 'keys')
}, heavy)
test('wx-storage §4 total: overwriting counts the difference', async (t) => {
  const { wx } = await t.mini()
  const keys = fillWx(wx, wxTotalUnits - 1)
  const first = keys[0] ?? fail('no keys')
  const value = String(wx.getStorageSync(first))
  wx.setStorageSync(first, `y${value.slice(1)}`)
  equal(String(wx.getStorageSync(first)).charAt(0), 'y', 'the same size again')
  wx.setStorageSync(first, value.slice(0, -100))
  wx.setStorageSync('new', 'x'.repeat(97))
  equal(wxInfo(wx).keys.length, keys.length + 1, 'room made by a smaller value is used')
  thrown(() => wx.setStorageSync('z', ''), 'no unit is left')
  wx.removeStorageSync('new')
  wx.setStorageSync('other', 'x'.repeat(95))
  wx.clearStorageSync()
  fillWx(wx, wxTotalUnits - 1)
}, heavy)
test('wx-storage §4 total: nothing is evicted', async (t) => {
  let mini = await t.mini()
  const keys = fillWx(mini.wx, wxTotalUnits - 1)
  for (let i = 0; i < 5; i += 1) thrown(() => mini.wx.setStorageSync(`more${i}`, 'x'.repeat(1000)), `write ${i}`)
  const look = (when: string): void => {
    deepEqual([...wxInfo(mini.wx).keys].sort(), keys, `keys, ${when}`)
    for (const key of keys) {
      const value = mini.wx.getStorageSync(key)
      ok(typeof value === 'string' && value.length > 1000, `${key} is gone, ${when}`)
    }
  }
  look('at once')
  if (!t.lasting) return
  mini = await t.reopen(mini)
  look('after reopening')
  equal(wxInfo(mini.wx).currentSize, 10240, 'currentSize after reopening')
}, heavy)
test('wx-storage §4 total: a batch over the limit fails', async (t) => {
  const { wx } = await t.mini()
  const keys = fillWx(wx, wxTotalUnits - 1)
  equal(
    (await t.failure(on(wx, 'batchSetStorage'), { kvList: [{ key: 'more', value: 'x' }] })).errMsg,
    'batchSetStorage:fail exceed storage max size 10Mb',
    'errMsg'
  )
  equal(wxInfo(wx).keys.length, keys.length, 'keys')
}, heavy)
test('wx-storage §4 encrypted: about 0.7 MB per key', async (t) => {
  const { wx } = await t.mini()
  await t.success(on(wx, 'setStorage'), { key: 'k', data: 'x'.repeat(730_000), encrypt: true })
  const value = await t.failure(on(wx, 'setStorage'), { key: 'k', data: 'x'.repeat(750_000), encrypt: true })
  equal(value.errMsg, 'setStorage:fail:entry size limit reached', 'errMsg')
  await t.success(on(wx, 'setStorage'), { key: 'k', data: 'x'.repeat(750_000) })
}, heavy)
test('wx-storage §4 encrypted: about 7.1 MB in total', async (t) => {
  const { wx } = await t.mini()
  for (let i = 0; i < 10; i += 1) {
    await t.success(on(wx, 'setStorage'), { key: `k${i}`, data: 'x'.repeat(700_000), encrypt: true })
  }
  equal(
    (await t.failure(on(wx, 'setStorage'), { key: 'k10', data: 'x'.repeat(600_000), encrypt: true })).errMsg,
    'setStorage:fail exceed storage max size 10Mb',
    'errMsg'
  )
}, heavy)

test('wx-storage §4 what localStorage cannot hold is refused in the call', async (t) => {
  let mini = await t.mini()
  const chunk = 'x'.repeat(500_000)
  let kept = 0
  let error: unknown
  for (; kept < 20 && error === undefined; kept += 1) {
    try {
      mini.wx.setStorageSync(`k${kept}`, chunk)
    } catch (caught) {
      error = caught
      kept -= 1
    }
  }
  ok(error instanceof Error, 'the browser has room for 10 MB in localStorage: nothing was refused')
  ok(error.message.includes('setStorageSync:fail exceed storage max size 10Mb'), `message is ${show(error.message)}`)
  ok(kept >= 2, `only ${kept} entries of 500 KB fit`)
  await t.failure(on(mini.wx, 'setStorage'), { key: 'more', data: chunk })
  equal(mini.wx.getStorageSync(`k${kept}`), '', 'the refused key')
  mini = await t.reopen(mini)
  equal(wxInfo(mini.wx).keys.length, kept, 'keys after reopening')
  for (let i = 0; i < kept; i += 1) ok(mini.wx.getStorageSync(`k${i}`) === chunk, `k${i} after reopening`)
}, { drivers: ['localstorage'], timeout: 60_000 })

test('wx-storage §4 localStorage is counted with the foreign keys in it', async (t) => {
  const foreign = `${t.appId} foreign`
  const mini = await t.mini()
  mini.wx.setStorageSync('k', 'old')
  await mini.flush()
  // Fill the browser's storage up to the last few units.
  let size = 4_000_000
  let filled = ''
  while (size > 100) {
    try {
      localStorage.setItem(foreign, filled + 'x'.repeat(size))
      filled += 'x'.repeat(size)
    } catch {
      size = Math.floor(size / 2)
    }
  }
  try {
    const error = thrown(() => mini.wx.setStorageSync('k', 'y'.repeat(100_000)), 'setStorageSync')
    match(record(error, 'error').message, /setStorageSync:fail exceed storage max size 10Mb/, 'message')
    equal(mini.wx.getStorageSync('k'), 'old', 'the old value stays')
    ok(localStorage.getItem(foreign) === filled, 'the foreign key is untouched')
  } finally {
    localStorage.removeItem(foreign)
  }
  mini.wx.setStorageSync('k', 'y'.repeat(100_000))
  equal(String(mini.wx.getStorageSync('k')).length, 100_000, 'with room again')
}, { drivers: ['localstorage'], timeout: 60_000 })

// §4 currentSize and limitSize

test('wx-storage §4 currentSize is in KB and rounded up', async (t) => {
  const { wx } = await t.mini()
  const at = (units: number): number => {
    wx.clearStorageSync()
    wx.setStorageSync('k', 'x'.repeat(units - 1))
    return wxInfo(wx).currentSize
  }
  equal(at(1), 1, '1 unit')
  equal(at(1023), 1, '1023 units')
  equal(at(1024), 1, '1024 units')
  equal(at(1025), 2, '1025 units')
  equal(at(2048), 2, '2048 units')
  equal(at(2049), 3, '2049 units')
  equal(at(500_000), Math.ceil(500_000 / 1024), '500000 units')
})
test('wx-storage §4 an empty store has currentSize 0, a few units give 1', async (t) => {
  const { wx } = await t.mini()
  deepEqual(wxInfo(wx), { keys: [], currentSize: 0, limitSize: 10240 }, 'empty')
  wx.setStorageSync('k', '')
  equal(wxInfo(wx).currentSize, 1, 'one key of one unit')
  wx.removeStorageSync('k')
  equal(wxInfo(wx).currentSize, 0, 'empty again')
})
test('wx-storage §4 limitSize is 10240', async (t) => {
  const { wx } = await t.mini()
  equal(wxInfo(wx).limitSize, 10240, 'Sync')
  equal((await t.success(on(wx, 'getStorageInfo'))).limitSize, 10240, 'asynchronous')
})
test('wx-storage §4 currentSize follows every write, after reopening too', async (t) => {
  let mini = await t.mini()
  const expect = (units: number, what: string): void => {
    equal(wxInfo(mini.wx).currentSize, Math.ceil(units / 1024), what)
    equal(mini.health().usage.units, units, `health().usage.units ${what}`)
  }
  mini.wx.setStorageSync('abc', 'x'.repeat(5000))
  expect(5003, 'after a write')
  mini.wx.setStorageSync('abc', 'x'.repeat(3000))
  expect(3003, 'after overwriting')
  mini.wx.setStorageSync('键', { a: '中'.repeat(2000) })
  expect(3003 + 1 + 8 + 2000, 'after an object')
  mini.wx.setStorageSync('d', new Date(0))
  expect(3003 + 2009 + 2, 'after a date')
  if (t.lasting) mini = await t.reopen(mini)
  expect(3003 + 2009 + 2, 'after reopening')
  mini.wx.removeStorageSync('abc')
  expect(2009 + 2, 'after removing')
  mini.wx.clearStorageSync()
  expect(0, 'after clearing')
})

// §5 encrypt

test('wx-storage §5 encrypt on set and get', async (t) => {
  let mini = await t.mini()
  const values: unknown[] = ['text', 1, true, null, { a: [1] }, [1, 2], new Date(5), '']
  for (const [i, data] of values.entries()) {
    deepEqual(
      await t.success(on(mini.wx, 'setStorage'), { key: `k${i}`, data, encrypt: true }),
      { errMsg: 'setStorage:ok' },
      `setStorage of ${show(data)}`
    )
  }
  for (let round = 0; round < 2; round += 1) {
    for (const [i, data] of values.entries()) {
      const result = await t.success(on(mini.wx, 'getStorage'), { key: `k${i}`, encrypt: true })
      deepEqual(result.data, data, `getStorage of ${show(data)}, round ${round}`)
    }
    if (!t.lasting) return
    mini = await t.reopen(mini)
  }
})
test('wx-storage §5 encrypt through promises', async (t) => {
  const { wx } = await t.mini()
  const set = wx.setStorage({ key: 'k', data: 'v', encrypt: true })
  ok(isPromise(set), 'a promise')
  await set
  equal(record(await wx.getStorage({ key: 'k', encrypt: true }), 'result').data, 'v', 'the value')
})
test('wx-storage §5 reading encrypted data without encrypt gives no plaintext', async (t) => {
  const { wx } = await t.mini()
  await wx.setStorage({ key: 'k', data: 'plain secret', encrypt: true })
  const { value } = await t.callback(on(wx, 'getStorage'), { key: 'k' })
  ok(value.data !== 'plain secret', 'getStorage without encrypt gave the plaintext')
  ok(wx.getStorageSync('k') !== 'plain secret', 'getStorageSync gave the plaintext')
})
test('wx-storage §5 reading plain data with encrypt fails', async (t) => {
  const { wx } = await t.mini()
  await wx.setStorage({ key: 'k', data: 'plain' })
  match((await t.failure(on(wx, 'getStorage'), { key: 'k', encrypt: true })).errMsg, /^getStorage:fail/, 'errMsg')
})
test('wx-storage §5 a missing key with encrypt is not found', async (t) => {
  const { wx } = await t.mini()
  equal((await t.failure(on(wx, 'getStorage'), { key: 'none', encrypt: true })).errMsg, text.wxMissing, 'errMsg')
})
test('wx-storage §5 encrypted values are sealed at rest', async (t) => {
  const mini = await t.mini()
  const marker = `sealed${t.freshId()}`
  const open = `open${t.freshId()}`
  await mini.wx.setStorage({ key: 'sealed', data: { secret: marker }, encrypt: true })
  await mini.wx.setStorage({ key: 'open', data: { secret: open } })
  deepEqual(await findAtRest(marker), [], 'places where the plaintext stands, after success')
  await mini.flush()
  await sleep(50)
  deepEqual(await findAtRest(marker), [], 'places where the plaintext stands, after flush')
  ok((await findAtRest(open)).length > 0, 'the search found no plain value either: it proves nothing')
}, { drivers: lastingDrivers })
test('wx-storage §5 encrypt and plain overwrite each other', async (t) => {
  let mini = await t.mini()
  await mini.wx.setStorage({ key: 'k', data: 'sealed', encrypt: true })
  await mini.wx.setStorage({ key: 'k', data: 'plain' })
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('k'), 'plain', 'plain over encrypted')
  await mini.wx.setStorage({ key: 'k', data: 'sealed again', encrypt: true })
  if (t.lasting) mini = await t.reopen(mini)
  equal(record(await mini.wx.getStorage({ key: 'k', encrypt: true }), 'result').data, 'sealed again', 'the other way')
  deepEqual(wxInfo(mini.wx).keys, ['k'], 'keys')
})
test('wx-storage §5 falsy encrypt is plain', async (t) => {
  const { wx } = await t.mini()
  await wx.setStorage({ key: 'k', data: 'v', encrypt: false })
  equal(wx.getStorageSync('k'), 'v', 'getStorageSync')
  equal(record(await wx.getStorage({ key: 'k', encrypt: false }), 'result').data, 'v', 'getStorage')
})

// §6 isolation and lifetime

test('wx-storage §6 another app id', (t) => apart(t, {}, { appId: t.freshId() }, 'app ids'))
test('wx-storage §6 another user id', (t) => apart(t, { userId: 'ann' }, { userId: 'ben' }, 'user ids'))
test('wx-storage §6 no user id and a user id', (t) => apart(t, {}, { userId: 'ben' }, 'user ids'))
test('wx-storage §6 host and plugin', (t) => apart(t, {}, { pluginId: 'wxplugin1' }, 'host and plugin'))
test('wx-storage §6 two plugins', (t) => apart(t, { pluginId: 'one' }, { pluginId: 'two' }, 'plugins'))
test('wx-storage §6 the same plugin in two hosts', (t) =>
  apart(t, { pluginId: 'p' }, { appId: t.freshId(), pluginId: 'p' }, 'hosts'))
test('wx-storage §6 host and web-view', (t) => apart(t, {}, { webview: true }, 'host and web-view'))
test('wx-storage §6 ids with any characters stay apart', async (t) => {
  for (const separator of ['/', ':', '|', '.', '_', '-', '\u0000', '%', '%2F', '"', ',', ' ', '#', '\\', '\n']) {
    const base = t.freshId()
    const options = [
      { appId: `${base}${separator}x`, userId: 'y' },
      { appId: base, userId: `x${separator}y` },
      { appId: base, userId: 'x', pluginId: 'y' },
      { appId: `${base}${separator}x${separator}y` },
      { appId: base, pluginId: `x${separator}y` }
    ]
    const minis = []
    for (const [i, item] of options.entries()) {
      const mini = await t.mini(item)
      // One that shares its name with an earlier one finds what that has committed.
      equal(mini.wx.getStorageSync('k'), '', `separator ${show(separator)}, mini ${i} at first`)
      mini.wx.setStorageSync('k', i)
      await mini.flush()
      minis.push(mini)
    }
    minis.forEach((mini, i) => { equal(mini.wx.getStorageSync('k'), i, `separator ${show(separator)}, mini ${i}`) })
    for (const mini of minis) {
      mini.wx.clearStorageSync()
      await mini.close()
    }
  }
}, { timeout: 60_000 })
test('wx-storage §6 ids that differ in little stay apart', async (t) => {
  const base = t.freshId()
  const ids = ['a', 'A', '\u00e9', 'e\u0301', '\ud800', '\ud801', '\ufffd', 'a ', ' a', '__proto__', 'x'.repeat(300), `${'x'.repeat(299)}y`]
  const minis = []
  for (const [i, id] of ids.entries()) {
    const mini = await t.mini({ appId: `${base}${id}` })
    equal(mini.wx.getStorageSync('k'), '', `id ${show(id)} at first`)
    mini.wx.setStorageSync('k', i)
    await mini.flush()
    minis.push(mini)
  }
  minis.forEach((mini, i) => { equal(mini.wx.getStorageSync('k'), i, `id ${show(ids[i])}`) })
})
test('wx-storage §6 data stay after closing', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('k', { kept: true })
  await mini.wx.setStorage({ key: 'l', data: 1 })
  for (let i = 0; i < 3; i += 1) {
    mini = await t.reopen(mini)
    deepEqual(mini.wx.getStorageSync('k'), { kept: true }, `opening ${i}`)
    equal(mini.wx.getStorageSync('l'), 1, `opening ${i}`)
  }
}, { drivers: lastingDrivers })
// §7 failure strings not covered above

test('wx-storage §7 data not found', async (t) => {
  const { wx } = await t.mini()
  equal((await t.failure(on(wx, 'getStorage'), { key: 'none' })).errMsg, 'getStorage:fail data not found', 'errMsg')
})
test('wx-storage §7 entry size limit reached', async (t) => {
  const { wx } = await t.mini()
  const data = 'x'.repeat(wxItemUnits)
  const value = await t.failure(on(wx, 'setStorage'), { key: 'k', data })
  equal(value.errMsg, 'setStorage:fail:entry size limit reached', 'asynchronous')
  const error = record(thrown(() => wx.setStorageSync('k', data), 'Sync'), 'error')
  equal(error.errMsg, 'setStorageSync:fail:entry size limit reached', 'errMsg of the thrown Error')
})
test('wx-storage §7 exceed storage max size 10Mb', async (t) => {
  const { wx } = await t.mini()
  fillWx(wx, wxTotalUnits - 1)
  equal(
    (await t.failure(on(wx, 'setStorage'), { key: 'k', data: 'x' })).errMsg,
    'setStorage:fail exceed storage max size 10Mb',
    'asynchronous'
  )
  const error = record(thrown(() => wx.setStorageSync('k', 'x'), 'Sync'), 'error')
  equal(error.errMsg, 'setStorageSync:fail exceed storage max size 10Mb', 'errMsg of the thrown Error')
}, { drivers: ['memory'], timeout: 60_000 })
test('wx-storage §7 Converting circular structure', async (t) => {
  const { wx } = await t.mini()
  const circle: Record<string, unknown> = {}
  circle.self = circle
  match((await t.failure(on(wx, 'setStorage'), { key: 'k', data: circle })).errMsg, /^setStorage:fail \S/, 'errMsg')
})

// §8 buffer URLs

test('wx-storage §8 the URL works as src of an image', async (t) => {
  const { wx } = await t.mini()
  const url = String(wx.createBufferURL(png.buffer))
  equal(await imageWidth(url), 1, 'width of the image')
  const padded = new Uint8Array(png.length + 20)
  padded.set(png, 7)
  const view = padded.subarray(7, 7 + png.length)
  equal(await imageWidth(String(wx.createBufferURL(view))), 1, 'a view into a larger buffer')
})
test('wx-storage §8 both calls are synchronous', async (t) => {
  const { wx } = await t.mini()
  const url = wx.createBufferURL(new ArrayBuffer(4))
  equal(typeof url, 'string', 'createBufferURL')
  equal(wx.revokeBufferURL(url), undefined, 'revokeBufferURL')
})
test('wx-storage §8 a revoked URL is dead', async (t) => {
  const { wx } = await t.mini()
  const url = String(wx.createBufferURL(png.buffer))
  const other = String(wx.createBufferURL(png.buffer))
  wx.revokeBufferURL(url)
  equal(await imageWidth(url), 0, 'width after revoking')
  equal(await imageWidth(other), 1, 'another URL of the same buffer lives')
})
test('wx-storage §8 buffers are not counted and not kept', async (t) => {
  let mini = await t.mini()
  const url = mini.wx.createBufferURL(new ArrayBuffer(100_000))
  deepEqual(wxInfo(mini.wx), { keys: [], currentSize: 0, limitSize: 10240 }, 'info')
  mini = await t.reopen(mini)
  deepEqual(wxInfo(mini.wx).keys, [], 'keys after reopening')
  mini.wx.revokeBufferURL(url)
})
test('wx-storage §8 a bad argument throws an Error with errMsg', async (t) => {
  const { wx } = await t.mini()
  for (const argument of [undefined, null, 'text', 5, {}, [1]]) {
    const error = thrown(() => wx.createBufferURL(argument), `createBufferURL(${show(argument)})`)
    ok(error instanceof Error, `createBufferURL(${show(argument)}) threw ${show(error)}`)
    match(record(error, 'error').errMsg, /^createBufferURL:fail/, 'errMsg')
  }
})
test('wx-storage §8 revokeBufferURL of anything unknown does nothing', async (t) => {
  const { wx } = await t.mini()
  for (const argument of ['', 'blob:nothing', 'https://example.com/x']) {
    equal(wx.revokeBufferURL(argument), undefined, show(argument))
  }
})
