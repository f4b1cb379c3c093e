// my-storage: the storage family of my.

import { deepEqual, equal, fail, ok, record, show, thrown } from '../assert.js'
import {
  apart,
  both,
  fillMy,
  findAtRest,
  myData,
  myError,
  myInfo,
  myRoundTrip,
  mySuccess,
  myTextUnits,
  myTotalUnits,
  myWrapperUnits,
  on,
  text
} from '../helpers.js'
import { sleep, test } from '../runner.js'
import { lastingDrivers } from '../subject.js'

// §1 signatures

test('my-storage §1 setStorage and setStorageSync', async (t) => {
  const { my } = await t.mini()
  mySuccess(await t.success(on(my, 'setStorage'), { key: 'a', data: { x: 1 } }), 'setStorage')
  mySuccess(await my.setStorage({ key: 'a', data: { x: 2 } }), 'setStorage, promise')
  deepEqual(my.setStorageSync({ key: 'b', data: 1 }), { success: true }, 'setStorageSync')
  deepEqual(myData(my, 'a'), { x: 2 }, 'a')
  equal(myData(my, 'b'), 1, 'b')
})
test('my-storage §1 getStorage and getStorageSync', async (t) => {
  const { my } = await t.mini()
  my.setStorageSync({ key: 'k', data: 'v' })
  for (const [what, result] of [
    ['callback', await t.success(on(my, 'getStorage'), { key: 'k' })],
    ['promise', await my.getStorage({ key: 'k' })],
    ['Sync', my.getStorageSync({ key: 'k' })]
  ] as const) {
    const object = record(result, what)
    equal(object.data, 'v', `${what}: data`)
    ok(object.success === undefined || object.success === true, `${what}: success is ${show(object.success)}`)
    ok(!object.error, `${what}: error is ${show(object.error)}`)
  }
})
test('my-storage §1 removeStorage and removeStorageSync', async (t) => {
  let mini = await t.mini()
  for (const key of ['a', 'b', 'c']) mini.my.setStorageSync({ key, data: key })
  mySuccess(await t.success(on(mini.my, 'removeStorage'), { key: 'a' }), 'removeStorage')
  mySuccess(mini.my.removeStorageSync({ key: 'b' }), 'removeStorageSync')
  mySuccess(mini.my.removeStorageSync({ key: 'b' }), 'removeStorageSync of a missing key')
  deepEqual(myInfo(mini.my).keys, ['c'], 'keys')
  if (!t.lasting) return
  mini = await t.reopen(mini)
  deepEqual(myInfo(mini.my).keys, ['c'], 'keys after reopening')
  equal(myData(mini.my, 'a'), null, 'a after reopening')
})
test('my-storage §1 clearStorage and clearStorageSync', async (t) => {
  let mini = await t.mini()
  for (const how of ['clearStorage', 'clearStorageSync'] as const) {
    for (const key of ['a', 'b']) mini.my.setStorageSync({ key, data: 1 })
    mySuccess(how === 'clearStorage' ? await t.success(on(mini.my, how)) : mini.my.clearStorageSync(), how)
    deepEqual(myInfo(mini.my).keys, [], how)
    equal(myData(mini.my, 'a'), null, how)
    if (t.lasting) mini = await t.reopen(mini)
    deepEqual(myInfo(mini.my).keys, [], `${how}, after reopening`)
  }
})
test('my-storage §1 getStorageInfo and getStorageInfoSync', async (t) => {
  const { my } = await t.mini()
  my.setStorageSync({ key: 'k', data: 1 })
  for (const [what, result] of [
    ['callback', await t.success(on(my, 'getStorageInfo'))],
    ['promise', await my.getStorageInfo()],
    ['Sync', my.getStorageInfoSync()]
  ] as const) {
    const info = record(result, what)
    deepEqual(info.keys, ['k'], `${what}: keys`)
    equal(typeof info.currentSize, 'number', `${what}: currentSize`)
    equal(info.limitSize, 10240, `${what}: limitSize`)
  }
})

// §2 differences from wx

test('my-storage §2 setStorageSync returns an object', async (t) => {
  const { my, wx } = await t.mini()
  equal(record(my.setStorageSync({ key: 'k', data: 1 }), 'my').success, true, 'my')
  equal(wx.setStorageSync('k', 1), undefined, 'wx')
})
test('my-storage §2 getStorageSync returns an object with data', async (t) => {
  const { my, wx } = await t.mini()
  my.setStorageSync({ key: 'k', data: 'of my' })
  wx.setStorageSync('k', 'of wx')
  equal(record(my.getStorageSync({ key: 'k' }), 'my').data, 'of my', 'my')
  equal(wx.getStorageSync('k'), 'of wx', 'wx')
})
test('my-storage §2 removeStorageSync takes an object', async (t) => {
  const { my } = await t.mini()
  my.setStorageSync({ key: 'k', data: 1 })
  my.removeStorageSync({ key: 'k' })
  deepEqual(myInfo(my).keys, [], 'keys')
})
test('my-storage §2 missing key: null, and success', async (t) => {
  const { my, wx } = await t.mini()
  equal(myData(my, 'none'), null, 'my, Sync')
  equal(wx.getStorageSync('none'), '', 'wx, Sync')
  equal((await t.success(on(my, 'getStorage'), { key: 'none' })).data, null, 'my, asynchronous')
  await t.failure(on(wx, 'getStorage'), { key: 'none' })
})
test('my-storage §2 no encrypt option', async (t) => {
  const { my } = await t.mini()
  await my.setStorage({ key: 'k', data: 'v', encrypt: true })
  equal(myData(my, 'k'), 'v', 'the option is ignored')
})
test('my-storage §2 error and errorMessage', async (t) => {
  const { my } = await t.mini()
  deepEqual(
    Object.keys(await t.failure(on(my, 'setStorage'), { key: '' })).filter((key) => key !== 'success').sort(),
    ['error', 'errorMessage'],
    'members'
  )
})
test('my-storage §2 no batch calls and no buffer URLs', async (t) => {
  const { my } = await t.mini()
  for (const name of ['batchSetStorage', 'batchSetStorageSync', 'batchGetStorage', 'batchGetStorageSync', 'createBufferURL', 'revokeBufferURL']) {
    ok(!(name in my), `my.${name} is there`)
  }
})

// §3 setStorage

test('my-storage §3 empty key', async (t) => {
  const { my } = await t.mini()
  myError(my.setStorageSync({ key: '', data: 1 }), 2, text.myParameter, 'setStorageSync')
  myError(await t.failure(on(my, 'setStorage'), { key: '', data: 1 }), 2, text.myParameter, 'setStorage')
  deepEqual(myInfo(my).keys, [], 'keys')
})
test('my-storage §3 key absent', async (t) => {
  const { my } = await t.mini()
  for (const options of [{ data: 1 }, { key: undefined, data: 1 }, { key: null, data: 1 }]) {
    myError(my.setStorageSync(options), 2, text.myParameter, `setStorageSync(${show(options)})`)
    myError(await t.failure(on(my, 'setStorage'), options), 2, text.myParameter, `setStorage(${show(options)})`)
  }
  myError(my.getStorageSync({}), 2, text.myParameter, 'getStorageSync')
  myError(await t.failure(on(my, 'getStorage'), {}), 2, text.myParameter, 'getStorage')
  myError(my.removeStorageSync({}), 2, text.myParameter, 'removeStorageSync')
  myError(await t.failure(on(my, 'removeStorage'), {}), 2, text.myParameter, 'removeStorage')
  deepEqual(myInfo(my).keys, [], 'keys')
})
test('my-storage §3 a key of another type is taken as its text', async (t) => {
  const { my } = await t.mini()
  for (const [key, name] of [
    [5, '5'],
    [0, '0'],
    [false, 'false'],
    [['a', 'b'], 'a,b']
  ] as const) {
    mySuccess(my.setStorageSync({ key, data: name }), `setStorageSync of ${show(key)}`)
    equal(myData(my, name), name, `getStorageSync of ${show(name)}`)
    equal(record(my.getStorageSync({ key }), 'getStorageSync').data, name, `getStorageSync of ${show(key)}`)
    mySuccess(await t.success(on(my, 'removeStorage'), { key }), `removeStorage of ${show(key)}`)
  }
  deepEqual(myInfo(my).keys, [], 'keys')
})
test('my-storage §3 any non-empty key', async (t) => {
  let mini = await t.mini()
  const keys = [' ', '键', '😀', '__proto__', 'constructor', 'a/b', '"', '\\', '\u0000', '\ud800', '\ud801', '0', 'undefined', 'Key', 'key']
  equal(myData(mini.my, '__proto__'), null, '__proto__ before it was stored')
  for (const [i, key] of keys.entries()) mySuccess(mini.my.setStorageSync({ key, data: i }), `key ${show(key)}`)
  for (let round = 0; round < 2; round += 1) {
    for (const [i, key] of keys.entries()) equal(myData(mini.my, key), i, `key ${show(key)}, round ${round}`)
    deepEqual([...myInfo(mini.my).keys].sort(), [...keys].sort(), `keys, round ${round}`)
    if (!t.lasting) return
    mini = await t.reopen(mini)
  }
})
test('my-storage §3 key before data before length', async (t) => {
  const { my } = await t.mini()
  const long = 'x'.repeat(myTextUnits)
  equal(record(my.setStorageSync({ key: '', data: long }), 'empty key').error, 2, 'empty key and too long')
  equal(record(my.setStorageSync({ key: '' }), 'no data').error, 2, 'empty key and no data')
})
test('my-storage §3 length before total', async (t) => {
  const { my } = await t.mini()
  fillMy(my, myTotalUnits - 1)
  myError(my.setStorageSync({ key: 'new', data: 'x'.repeat(myTextUnits) }), 14, text.myItem, 'both limits broken')
}, { drivers: ['memory'], timeout: 60_000 })
test('my-storage §3 overwriting replaces the old value entirely', async (t) => {
  let mini = await t.mini()
  mini.my.setStorageSync({ key: 'k', data: { a: 1, b: 2 } })
  mini.my.setStorageSync({ key: 'k', data: { c: 3 } })
  deepEqual(myData(mini.my, 'k'), { c: 3 }, 'object over object')
  mini.my.setStorageSync({ key: 'k', data: 'text' })
  if (t.lasting) mini = await t.reopen(mini)
  equal(myData(mini.my, 'k'), 'text', 'text over object')
  deepEqual(myInfo(mini.my).keys, ['k'], 'keys')
})
test('my-storage §3 a refused write keeps the old value', async (t) => {
  let mini = await t.mini()
  mini.my.setStorageSync({ key: 'k', data: 'old' })
  const before = myInfo(mini.my)
  myError(mini.my.setStorageSync({ key: 'k', data: 'x'.repeat(myTextUnits) }), 14, text.myItem, 'Sync')
  await t.failure(on(mini.my, 'setStorage'), { key: 'k', data: 'x'.repeat(myTextUnits) })
  await t.failure(on(mini.my, 'setStorage'), { key: 'k' })
  for (let round = 0; round < 2; round += 1) {
    equal(myData(mini.my, 'k'), 'old', `the old value, round ${round}`)
    deepEqual(myInfo(mini.my), before, `info, round ${round}`)
    if (!t.lasting) return
    mini = await t.reopen(mini)
  }
})

// §3 getStorage

test('my-storage §3 key exists', async (t) => {
  const { my } = await t.mini()
  my.setStorageSync({ key: 'k', data: { a: [1] } })
  deepEqual((await t.success(on(my, 'getStorage'), { key: 'k' })).data, { a: [1] }, 'asynchronous')
  deepEqual(myData(my, 'k'), { a: [1] }, 'Sync')
})
test('my-storage §3 key missing', async (t) => {
  const { my } = await t.mini()
  for (const [what, result] of [
    ['callback', await t.success(on(my, 'getStorage'), { key: 'none' })],
    ['promise', await my.getStorage({ key: 'none' })],
    ['Sync', my.getStorageSync({ key: 'none' })]
  ] as const) {
    const object = record(result, what)
    equal(object.data, null, `${what}: data`)
    ok(!('error' in object) && !('errorMessage' in object), `${what}: ${show(object)}`)
  }
})
test('my-storage §3 empty key of getStorage', async (t) => {
  const { my } = await t.mini()
  myError(my.getStorageSync({ key: '' }), 2, text.myParameter, 'Sync')
  myError(await t.failure(on(my, 'getStorage'), { key: '' }), 2, text.myParameter, 'asynchronous')
})
test('my-storage §3 stored null looks missing but has its key', async (t) => {
  let mini = await t.mini()
  mySuccess(mini.my.setStorageSync({ key: 'k', data: null }), 'setStorageSync')
  equal(myData(mini.my, 'k'), null, 'data')
  if (t.lasting) mini = await t.reopen(mini)
  equal(myData(mini.my, 'k'), null, 'data')
  deepEqual(myInfo(mini.my).keys, ['k'], 'keys')
})

// §3 removeStorage, clearStorage, getStorageInfo

test('my-storage §3 removeStorage: missing key and empty key', async (t) => {
  const { my } = await t.mini()
  mySuccess(await t.success(on(my, 'removeStorage'), { key: 'none' }), 'missing')
  myError(await t.failure(on(my, 'removeStorage'), { key: '' }), 2, text.myParameter, 'empty')
  myError(my.removeStorageSync({ key: '' }), 2, text.myParameter, 'empty, Sync')
})
test('my-storage §3 clearStorage clears this scope only', async (t) => {
  const host = await t.mini()
  const view = await t.mini({ webview: true })
  host.my.setStorageSync({ key: 'k', data: 'host' })
  host.wx.setStorageSync('k', 'wx')
  view.my.setStorageSync({ key: 'k', data: 'view' })
  view.my.clearStorageSync()
  equal(myData(host.my, 'k'), 'host', 'the host after the web-view was cleared')
  view.my.setStorageSync({ key: 'k', data: 'view' })
  host.my.clearStorageSync()
  equal(myData(view.my, 'k'), 'view', 'the web-view after the host was cleared')
  equal(host.wx.getStorageSync('k'), 'wx', 'wx after my was cleared')
})
test('my-storage §3 getStorageInfo.keys is a list of the keys', async (t) => {
  let mini = await t.mini()
  for (const key of ['b', 'a', '中', 'a']) mini.my.setStorageSync({ key, data: key })
  if (t.lasting) mini = await t.reopen(mini)
  const { keys } = myInfo(mini.my)
  ok(Array.isArray(keys), `keys is ${show(keys)}`)
  deepEqual([...keys].sort(), ['a', 'b', '中'], 'keys')
})
test('my-storage §3 currentSize is KB, rounded to two decimals', async (t) => {
  let mini = await t.mini()
  const expect = (units: number, what: string): void => {
    equal(myInfo(mini.my).currentSize, Math.round((units / 1024) * 100) / 100, what)
  }
  // Key 1, quotes 2, wrapper 18.
  const put = (length: number): void => {
    mini.my.setStorageSync({ key: 'k', data: 'x'.repeat(length - 1 - 2 - myWrapperUnits) })
  }
  put(1024)
  expect(1024, '1024 units')
  equal(myInfo(mini.my).currentSize, 1, '1024 units are 1 KB')
  put(100)
  equal(myInfo(mini.my).currentSize, 0.1, '100 units')
  put(1500)
  equal(myInfo(mini.my).currentSize, 1.46, '1500 units')
  mini.my.setStorageSync({ key: '键', data: { a: '中'.repeat(1000) } })
  expect(1500 + 1 + 8 + 1000 + myWrapperUnits, 'two keys')
  if (t.lasting) mini = await t.reopen(mini)
  expect(1500 + 1 + 8 + 1000 + myWrapperUnits, 'after reopening')
  mini.my.removeStorageSync({ key: 'k' })
  expect(1 + 8 + 1000 + myWrapperUnits, 'after removing')
})
test('my-storage §3 limitSize is 10240', async (t) => {
  const { my } = await t.mini()
  equal(myInfo(my).limitSize, 10240, 'limitSize')
})
test('my-storage §3 empty store', async (t) => {
  const { my } = await t.mini()
  const info = myInfo(my)
  deepEqual(info.keys, [], 'keys')
  equal(info.currentSize, 0, 'currentSize')
})

// §4 limits

test('my-storage §4 200 KB per key, both sides', async (t) => {
  let mini = await t.mini()
  const exact = 'x'.repeat(204_780)
  mySuccess(mini.my.setStorageSync({ key: 'k', data: exact }), '204780 characters')
  mySuccess(await t.success(on(mini.my, 'setStorage'), { key: 'l', data: exact }), '204780 characters, asynchronous')
  myError(mini.my.setStorageSync({ key: 'k', data: `${exact}x` }), 14, text.myItem, '204781 characters')
  myError(await t.failure(on(mini.my, 'setStorage'), { key: 'l', data: `${exact}x` }), 14, text.myItem, '204781, asynchronous')
  if (t.lasting) mini = await t.reopen(mini)
  ok(myData(mini.my, 'k') === exact, 'the old value of k stays')
  ok(myData(mini.my, 'l') === exact, 'the old value of l stays')
})
test('my-storage §4 per key: the serialised text counts, with the 18 units of its wrapper', async (t) => {
  const { my } = await t.mini()
  // [1,1,...]: n numbers take 2n + 1 units.
  const list = (units: number): number[] => Array.from({ length: (units - 1) / 2 }, () => 1)
  mySuccess(my.setStorageSync({ key: 'k', data: list(204_781) }), 'JSON text of 204781')
  myError(my.setStorageSync({ key: 'k', data: list(204_783) }), 14, text.myItem, 'JSON text of 204783')
  // {"a":"..."}: 8 units around the text.
  mySuccess(my.setStorageSync({ key: 'k', data: { a: 'x'.repeat(204_782 - 8) } }), 'JSON text of 204782')
  myError(my.setStorageSync({ key: 'k', data: { a: 'x'.repeat(204_783 - 8) } }), 14, text.myItem, 'one unit more')
})
test('my-storage §4 per key: UTF-16 units, escapes counted', async (t) => {
  const { my } = await t.mini()
  mySuccess(my.setStorageSync({ key: 'k', data: '中'.repeat(204_780) }), '204780 Chinese characters')
  myError(my.setStorageSync({ key: 'k', data: '中'.repeat(204_781) }), 14, text.myItem, 'one more')
  mySuccess(my.setStorageSync({ key: 'k', data: '😀'.repeat(102_390) }), '102390 emoji')
  myError(my.setStorageSync({ key: 'k', data: '😀'.repeat(102_391) }), 14, text.myItem, 'one more emoji')
  mySuccess(my.setStorageSync({ key: 'k', data: '"'.repeat(102_390) }), '102390 quotes, two units each')
  myError(my.setStorageSync({ key: 'k', data: '"'.repeat(102_391) }), 14, text.myItem, 'one more quote')
  mySuccess(my.setStorageSync({ key: 'k', data: '\u0001'.repeat(34_130) }), '34130 control characters, six units each')
  myError(my.setStorageSync({ key: 'k', data: '\u0001'.repeat(34_131) }), 14, text.myItem, 'one more control character')
})
test('my-storage §4 per key: the length of the key is not counted', async (t) => {
  const { my } = await t.mini()
  const key = 'k'.repeat(1000)
  mySuccess(my.setStorageSync({ key, data: 'x'.repeat(204_780) }), 'a long key and the longest text')
})

const heavy = { drivers: both, timeout: 60_000 }

test('my-storage §4 10 MB in total, both sides', async (t) => {
  const { my } = await t.mini()
  const keys = fillMy(my, myTotalUnits - 40)
  // The key n, two quotes and the wrapper are 21 units.
  myError(my.setStorageSync({ key: 'n', data: 'x'.repeat(40 - 21) }), 12, text.myTotal, 'a new key that reaches 10485760')
  myError(await t.failure(on(my, 'setStorage'), { key: 'n', data: 'x'.repeat(40 - 21) }), 12, text.myTotal, 'asynchronous')
  equal(myData(my, 'n'), null, 'the refused key')
  mySuccess(my.setStorageSync({ key: 'n', data: 'x'.repeat(40 - 21 - 1) }), 'a new key that reaches 10485759')
  equal(myInfo(my).keys.length, keys.length + 1, 'keys')
  // Overwriting may reach the limit, but not pass it.
  mySuccess(my.setStorageSync({ key: 'n', data: 'x'.repeat(40 - 21) }), 'overwriting that reaches 10485760')
  myError(my.setStorageSync({ key: 'n', data: 'x'.repeat(40 - 21 + 1) }), 12, text.myTotal, 'overwriting that passes it')
  equal(myData(my, 'n'), 'x'.repeat(40 - 21), 'the refused write keeps the old value')
  equal(myInfo(my).currentSize, 10240, 'currentSize')
}, heavy)
test('my-storage §4 total: nothing is evicted and room made is used', async (t) => {
  let mini = await t.mini()
  const keys = fillMy(mini.my, myTotalUnits - 1)
  for (let i = 0; i < 5; i += 1) {
    equal(record(mini.my.setStorageSync({ key: `more${i}`, data: 'x'.repeat(1000) }), 'more').error, 12, `write ${i}`)
  }
  if (t.lasting) mini = await t.reopen(mini)
  deepEqual([...myInfo(mini.my).keys].sort(), keys, 'keys')
  for (const key of keys) ok(typeof myData(mini.my, key) === 'string', `${key} is gone`)
  mySuccess(mini.my.removeStorageSync({ key: keys[0] ?? fail('no keys') }), 'removeStorageSync')
  mySuccess(mini.my.setStorageSync({ key: 'more', data: 'x'.repeat(1000) }), 'with room again')
}, heavy)

// §5 data types

test('my-storage §5 string', (t) => myRoundTrip(t, () => 'a string', { expected: 'a string' }))
test('my-storage §5 the empty string is stored', (t) => myRoundTrip(t, () => '', { expected: '' }))
test('my-storage §5 strings of any characters', async (t) => {
  let mini = await t.mini()
  const texts = ['😀', 'a\ud800b', '\udc00', '\u0000', '"\\/', '\u2028', '中文', '<script>', '\n\t', '\ufeff']
  for (const [i, data] of texts.entries()) mini.my.setStorageSync({ key: `k${i}`, data: { [data]: data } })
  if (t.lasting) mini = await t.reopen(mini)
  for (const [i, data] of texts.entries()) deepEqual(myData(mini.my, `k${i}`), { [data]: data }, `text ${i}`)
})
test('my-storage §5 number', async (t) => {
  let mini = await t.mini()
  const numbers = [0, 1, -1, 1.5, -3e300, 5e-324, 1e21]
  for (const data of numbers) mini.my.setStorageSync({ key: `n${data}`, data })
  if (t.lasting) mini = await t.reopen(mini)
  for (const data of numbers) equal(myData(mini.my, `n${data}`), data, `number ${data}`)
})
test('my-storage §5 number 0', (t) => myRoundTrip(t, () => 0, { expected: 0 }))
test('my-storage §5 boolean false', (t) => myRoundTrip(t, () => false, { expected: false }))
test('my-storage §5 boolean true', (t) => myRoundTrip(t, () => true, { expected: true }))
test('my-storage §5 object and array, a deep copy', async (t) => {
  await myRoundTrip(t, () => ({ a: { b: [1, 'two', null] }, c: undefined }), { expected: { a: { b: [1, 'two', null] } } })
  const { my } = await t.mini({ appId: t.freshId() })
  const value = { list: [1] }
  my.setStorageSync({ key: 'sync', data: value })
  const pending = my.setStorage({ key: 'async', data: value })
  value.list.push(2)
  await pending
  for (const key of ['sync', 'async']) {
    deepEqual(myData(my, key), { list: [1] }, `${key} after the original changed`)
    ;(myData(my, key) as { list: number[] }).list.push(3)
    deepEqual(myData(my, key), { list: [1] }, `${key} after a read object changed`)
  }
})
test('my-storage §5 null', (t) => myRoundTrip(t, () => null, { expected: null }))
test('my-storage §5 undefined and missing data', async (t) => {
  const { my } = await t.mini()
  myError(my.setStorageSync({ key: 'k' }), 2, text.myParameter, 'missing, Sync')
  myError(my.setStorageSync({ key: 'k', data: undefined }), 2, text.myParameter, 'undefined, Sync')
  myError(await t.failure(on(my, 'setStorage'), { key: 'k' }), 2, text.myParameter, 'missing')
  myError(await t.failure(on(my, 'setStorage'), { key: 'k', data: undefined }), 2, text.myParameter, 'undefined')
  deepEqual(myInfo(my).keys, [], 'keys')
})
test('my-storage §5 Date', (t) => myRoundTrip(t, () => new Date(0), { expected: '1970-01-01T00:00:00.000Z' }))
test('my-storage §5 NaN', (t) => myRoundTrip(t, () => NaN, { expected: null }))
test('my-storage §5 Infinity', (t) => myRoundTrip(t, () => [Infinity, -Infinity], { expected: [null, null] }))
test('my-storage §5 Map, Set, RegExp', async (t) => {
  const { my } = await t.mini()
  for (const data of [new Map([[1, 2]]), new Set([1]), /r/]) {
    my.setStorageSync({ key: 'k', data })
    deepEqual(myData(my, 'k'), {}, show(data))
  }
})
test('my-storage §5 function and symbol are as undefined', async (t) => {
  const { my } = await t.mini()
  for (const data of [() => 1, Symbol('s')]) {
    myError(my.setStorageSync({ key: 'k', data }), 2, text.myParameter, show(data))
    myError(await t.failure(on(my, 'setStorage'), { key: 'k', data }), 2, text.myParameter, show(data))
  }
  deepEqual(myInfo(my).keys, [], 'keys')
})
test('my-storage §5 BigInt and circular', async (t) => {
  const { my } = await t.mini()
  const circle: Record<string, unknown> = {}
  circle.self = circle
  my.setStorageSync({ key: 'k', data: 'old' })
  for (const [what, data] of [
    ['BigInt', 1n],
    ['BigInt in an object', { a: 1n }],
    ['circular', circle]
  ] as const) {
    ok(thrown(() => my.setStorageSync({ key: 'k', data }), `${what}, Sync`) instanceof TypeError, `${what}: TypeError, Sync`)
    ok(thrown(() => my.setStorage({ key: 'k', data }), what) instanceof TypeError, `${what}: TypeError`)
  }
  equal(myData(my, 'k'), 'old', 'the old value stays')
})
test('my-storage §5 ArrayBuffer', (t) => myRoundTrip(t, () => new ArrayBuffer(2), { expected: {} }))
test('my-storage §5 a JSON string stays a string', (t) => myRoundTrip(t, () => '{"a":"b"}', { expected: '{"a":"b"}' }))
test('my-storage §5 members that JSON changes', (t) =>
  myRoundTrip(t, () => ({ at: new Date(0), f: () => 1, n: NaN, a: [undefined, Symbol('s')] }), {
    expected: { at: '1970-01-01T00:00:00.000Z', n: null, a: [null, null] }
  }))

// §6 codes

test('my-storage §6 error 2', async (t) => {
  const { my } = await t.mini()
  for (const result of [
    my.setStorageSync({ key: '', data: 1 }),
    my.setStorageSync({ data: 1 }),
    my.setStorageSync({ key: 'k' }),
    my.getStorageSync({ key: '' }),
    my.getStorageSync({}),
    my.removeStorageSync({ key: '' }),
    my.removeStorageSync({})
  ]) {
    myError(result, 2, '必填参数为空', 'result')
  }
})
test('my-storage §6 error 11 with legacyInvalidParams', async (t) => {
  const { my } = await t.mini({ my: { legacyInvalidParams: true } })
  myError(my.setStorageSync({ key: '', data: 1 }), 11, 'invalid params', 'setStorageSync, empty key')
  myError(my.setStorageSync({ key: 'k' }), 11, 'invalid params', 'setStorageSync, no data')
  myError(await t.failure(on(my, 'setStorage'), { data: 1 }), 11, 'invalid params', 'setStorage, no key')
  mySuccess(my.setStorageSync({ key: 'k', data: 1 }), 'a good call')
  equal(myData(my, 'none'), null, 'a missing key is still success')
})
test('my-storage §6 error 12', async (t) => {
  const { my } = await t.mini()
  fillMy(my, myTotalUnits - 1)
  myError(my.setStorageSync({ key: 'k', data: 1 }), 12, '存储总大小达到上限', 'setStorageSync')
  myError(await t.failure(on(my, 'setStorage'), { key: 'k', data: 1 }), 12, '存储总大小达到上限', 'setStorage')
}, { drivers: ['memory'], timeout: 60_000 })
test('my-storage §6 error 14', async (t) => {
  const { my } = await t.mini()
  const data = 'x'.repeat(204_781)
  myError(my.setStorageSync({ key: 'k', data }), 14, 'data长度超限', 'setStorageSync')
  myError(await t.failure(on(my, 'setStorage'), { key: 'k', data }), 14, 'data长度超限', 'setStorage')
})
test('my-storage §6 a failure is returned by Sync calls', async (t) => {
  const { my } = await t.mini()
  const result = my.setStorageSync({ key: '', data: 1 })
  equal(record(result, 'result').error, 2, 'error')
})

// §7 isolation, encryption, lifetime

test('my-storage §7 account and app id', async (t) => {
  await apart(t, { userId: 'ann' }, { userId: 'ben' }, 'accounts')
  await apart(t, { appId: t.freshId() }, { appId: t.freshId() }, 'app ids')
})
test('my-storage §7 web-view', (t) => apart(t, {}, { webview: true }, 'web-view'))
test('my-storage §7 plugin', (t) => apart(t, {}, { pluginId: '2021001100000000' }, 'plugin'))
test('my-storage §7 the same plugin in two hosts', (t) =>
  apart(t, { pluginId: 'p' }, { appId: t.freshId(), pluginId: 'p' }, 'hosts'))
test('my-storage §7 wx and my of one mini are apart', async (t) => {
  let mini = await t.mini()
  mini.wx.setStorageSync('k', 'wx')
  mini.my.setStorageSync({ key: 'k', data: 'my' })
  if (t.lasting) mini = await t.reopen(mini)
  equal(mini.wx.getStorageSync('k'), 'wx', 'wx')
  equal(myData(mini.my, 'k'), 'my', 'my')
  mini.wx.clearStorageSync()
  equal(myData(mini.my, 'k'), 'my', 'my after wx was cleared')
})
test('my-storage §7 every value is sealed at rest', async (t) => {
  let mini = await t.mini()
  const sync = `sync${t.freshId()}`
  const later = `later${t.freshId()}`
  mini.my.setStorageSync({ key: 'k', data: { secret: sync } })
  // The journal of the task stands now; it must not show the value either.
  await Promise.resolve()
  await sleep(0)
  deepEqual(await findAtRest(sync), [], 'places where the plaintext stands, in the next task')
  await mini.my.setStorage({ key: 'l', data: later })
  await mini.flush()
  await sleep(50)
  deepEqual([...(await findAtRest(sync)), ...(await findAtRest(later))], [], 'places, after flush')
  mini = await t.reopen(mini)
  deepEqual(myData(mini.my, 'k'), { secret: sync }, 'k after reopening')
  equal(myData(mini.my, 'l'), later, 'l after reopening')
  const open = `open${t.freshId()}`
  mini.wx.setStorageSync('open', open)
  await mini.flush()
  await sleep(50)
  ok((await findAtRest(open)).length > 0, 'the search found no plain wx value either: it proves nothing')
}, { drivers: lastingDrivers })
test('my-storage §7 nothing expires on closing', async (t) => {
  let mini = await t.mini()
  mini.my.setStorageSync({ key: 'k', data: { kept: true } })
  for (let i = 0; i < 3; i += 1) {
    mini = await t.reopen(mini)
    deepEqual(myData(mini.my, 'k'), { kept: true }, `opening ${i}`)
  }
}, { drivers: lastingDrivers })
test('my-storage §7 asynchronous calls keep their order', async (t) => {
  const { my } = await t.mini()
  const order: number[] = []
  const calls = [1, 2, 3, 4, 5].map((n) =>
    my.setStorage({
      key: 'k',
      data: n,
      success: () => {
        order.push(n)
      }
    })
  )
  const read = my.getStorage({ key: 'k' })
  await Promise.all(calls)
  deepEqual(order, [1, 2, 3, 4, 5], 'order of success')
  equal(record(await read, 'getStorage').data, 5, 'a read after the writes')
  equal(myData(my, 'k'), 5, 'the last one stays')
})
