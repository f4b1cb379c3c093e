// wx-conventions: how every wx call behaves, shown on the storage family.

import { deepEqual, equal, fail, isPromise, match, ok, record, rejection, show, tag, thrown } from '../assert.js'
import { on, text, wxInfo, wxItemUnits, imageWidth, png } from '../helpers.js'
import { test, turn } from '../runner.js'
import type { Method, WxAsync, WxSubject } from '../subject.js'
import { wxAsyncNames } from '../subject.js'

/** Arguments with which each API succeeds. */
const good: Record<WxAsync, Record<string, unknown>> = {
  setStorage: { key: 'k', data: 1 },
  getStorage: { key: 'k' },
  removeStorage: { key: 'k' },
  clearStorage: {},
  getStorageInfo: {},
  batchSetStorage: { kvList: [{ key: 'k', value: 1 }] },
  batchGetStorage: { keyList: ['k'] }
}

/** Arguments with which an API fails, where arguments can make it fail. */
const bad: Array<[WxAsync, Record<string, unknown>]> = [
  ['setStorage', { data: 1 }],
  ['getStorage', { key: 'not there' }],
  ['getStorage', {}],
  ['removeStorage', { key: 5 }],
  ['batchSetStorage', { kvList: [] }],
  ['batchGetStorage', { keyList: [5] }]
]

function call(wx: WxSubject, name: WxAsync): Method {
  return on(wx, name)
}

// §1

test('wx-conventions §1 one options object with callbacks', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) await t.success(call(wx, name), { ...good[name] })
})

test('wx-conventions §1 success gets errMsg ok and the result fields', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    wx.setStorageSync('k', 1)
    const value = await t.success(call(wx, name), { ...good[name] })
    equal(value.errMsg, `${name}:ok`, name)
  }
})

test('wx-conventions §1 fail gets errMsg fail', async (t) => {
  const { wx } = await t.mini()
  for (const [name, options] of bad) {
    const value = await t.failure(call(wx, name), { ...options })
    match(value.errMsg, new RegExp(`^${name}:fail`), name)
    ok(value.errno === undefined || typeof value.errno === 'number', `${name}: errno is ${show(value.errno)}`)
  }
})

test('wx-conventions §1 complete alone runs after success and after fail', async (t) => {
  const { wx } = await t.mini()
  const run = (name: WxAsync, options: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve) => {
      call(wx, name)({ ...options, complete: resolve })
    })
  equal(record(await run('setStorage', { key: 'k', data: 1 }), 'complete').errMsg, 'setStorage:ok', 'after success')
  equal(record(await run('getStorage', { key: 'none' }), 'complete').errMsg, text.wxMissing, 'after fail')
})

test('wx-conventions §1 success or fail first, then complete back to back', async (t) => {
  const { wx } = await t.mini()
  // t.callback() fails on any other order and on a microtask in between.
  for (const name of wxAsyncNames) await t.callback(call(wx, name), { ...good[name] })
  for (const [name, options] of bad) await t.callback(call(wx, name), { ...options })
})

test('wx-conventions §1 complete gets the same object, mutations included', async (t) => {
  const { wx } = await t.mini()
  const seen = await new Promise((resolve) => {
    wx.setStorage({
      key: 'k',
      data: 1,
      success(result: Record<string, unknown>) {
        result.mark = 'mine'
      },
      complete: resolve
    })
  })
  equal(record(seen, 'complete').mark, 'mine', 'mutation after success')
  const failed = await new Promise((resolve) => {
    wx.getStorage({
      key: 'none',
      fail(result: Record<string, unknown>) {
        result.mark = 'mine'
      },
      complete: resolve
    })
  })
  equal(record(failed, 'complete').mark, 'mine', 'mutation after fail')
})

test('wx-conventions §1 a throwing callback is reported, complete still runs, nothing reaches the caller', async (t) => {
  const { wx } = await t.mini()
  for (const branch of ['success', 'fail'] as const) {
    const order: string[] = []
    const error = new Error(`thrown in ${branch}`)
    const key = branch === 'success' ? 'k' : 5
    await new Promise<void>((resolve) => {
      wx.setStorage({
        key,
        data: 1,
        success() {
          order.push('success')
          throw error
        },
        fail() {
          order.push('fail')
          throw error
        },
        complete() {
          order.push('complete')
          resolve()
        }
      })
    })
    deepEqual(await t.reportedErrors(), [error], `what the window saw after ${branch} threw`)
    deepEqual(order, [branch, 'complete'], `callbacks when ${branch} throws`)
  }
  equal(wx.getStorageSync('k'), 1, 'the write stands')
})

test('wx-conventions §1 a throwing complete is reported and fires nothing else', async (t) => {
  const { wx } = await t.mini()
  const order: string[] = []
  const error = new Error('thrown in complete')
  await new Promise<void>((resolve) => {
    wx.setStorage({
      key: 'k',
      data: 1,
      success: () => order.push('success'),
      fail: () => order.push('fail'),
      complete() {
        order.push('complete')
        resolve()
        throw error
      }
    })
  })
  deepEqual(await t.reportedErrors(), [error], 'what the window saw')
  deepEqual(order, ['success', 'complete'], 'callbacks')
  await t.success(call(wx, 'getStorage'), { key: 'k' })
})

test('wx-conventions §1 callbacks that are no functions are ignored', async (t) => {
  const { wx } = await t.mini()
  wx.setStorage({ key: 'a', data: 1, success: 1, fail: 'x', complete: {} })
  wx.setStorage({ key: 5, data: 1, success: true, fail: [], complete: {} })
  await t.success(call(wx, 'getStorageInfo'))
  deepEqual(await t.reportedErrors(), [], 'reported errors')
  equal(wx.getStorageSync('a'), 1, 'the write')
})

test('wx-conventions §1 extra keys in the argument are ignored', async (t) => {
  const { wx } = await t.mini()
  await t.success(call(wx, 'setStorage'), { key: 'k', data: 1, color: 'red', cancel: null, nested: { deep: [] } })
  equal(wx.getStorageSync('k'), 1, 'the write')
  await t.success(call(wx, 'clearStorage'), { key: 'k' })
  deepEqual(wxInfo(wx).keys, [], 'clearStorage does not look at key')
})

test('wx-conventions §1 the argument object is left alone', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    const options = Object.freeze({ ...good[name] })
    const before = JSON.stringify(options)
    if (name === 'getStorage') wx.setStorageSync('k', 1)
    await call(wx, name)(options)
    equal(JSON.stringify(options), before, name)
  }
  const data = Object.freeze({ list: Object.freeze([1, 2]) })
  await t.success(call(wx, 'setStorage'), { key: 'frozen', data })
  deepEqual(wx.getStorageSync('frozen'), { list: [1, 2] }, 'a frozen value')
})

test('wx-conventions §1 no errCode on success', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    if (name === 'getStorage') wx.setStorageSync('k', 1)
    const value = await t.success(call(wx, name), { ...good[name] })
    ok(!('errCode' in value), `${name} gave errCode ${show(value.errCode)}`)
  }
})

// §1 timing

test('wx-conventions §1 no callback before the call returns', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    let inside = true
    let early = false
    await new Promise<void>((resolve) => {
      const note = (): void => {
        early ||= inside
      }
      call(wx, name)({
        ...good[name],
        success: note,
        fail: note,
        complete() {
          note()
          resolve()
        }
      })
      inside = false
    })
    ok(!early, `${name} called back before it returned`)
  }
})

test('wx-conventions §1 no callback before the call returns, parameter errors included', async (t) => {
  const { wx } = await t.mini()
  for (const [name, options] of bad) {
    let inside = true
    let early = false
    await new Promise<void>((resolve) => {
      const note = (): void => {
        early ||= inside
      }
      call(wx, name)({
        ...options,
        fail: note,
        complete() {
          note()
          resolve()
        }
      })
      inside = false
    })
    ok(!early, `${name} called back before it returned`)
  }
})

test('wx-conventions §1 setStorage of the stored value calls back after the return', async (t) => {
  const { wx } = await t.mini()
  await t.success(call(wx, 'setStorage'), { key: 'k', data: { a: 1 } })
  await t.success(call(wx, 'setStorage'), { key: 'k', data: { a: 1 } })
  wx.setStorageSync('k', 'v')
  await t.success(call(wx, 'setStorage'), { key: 'k', data: 'v' })
})

// §2

test('wx-conventions §2 api:ok word for word', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    if (name === 'getStorage') wx.setStorageSync('k', 1)
    equal(record(await call(wx, name)({ ...good[name] }), name).errMsg, `${name}:ok`, name)
  }
})

test('wx-conventions §2 api:fail with one space before the reason', async (t) => {
  const { wx } = await t.mini()
  equal((await t.failure(call(wx, 'getStorage'), { key: 'none' })).errMsg, 'getStorage:fail data not found', 'missing key')
  match(
    (await t.failure(call(wx, 'setStorage'), { key: 1 })).errMsg,
    /^setStorage:fail parameter error: parameter\.key /,
    'parameter error'
  )
})

test('wx-conventions §2 errMsg names the called API, Sync included', async (t) => {
  const { wx } = await t.mini()
  const long = 'x'.repeat(wxItemUnits)
  const sync = thrown(() => wx.setStorageSync('k', long), 'setStorageSync')
  match(record(sync, 'error').message, /setStorageSync:fail/, 'setStorageSync')
  match((await t.failure(call(wx, 'setStorage'), { key: 'k', data: long })).errMsg, /^setStorage:fail/, 'setStorage')
  match(
    (await t.failure(call(wx, 'batchSetStorage'), { kvList: [{ key: 'k', value: long }] })).errMsg,
    /^batchSetStorage:fail/,
    'batchSetStorage'
  )
  match((await t.failure(call(wx, 'batchGetStorage'), { keyList: [] })).errMsg, /^batchGetStorage:fail/, 'batchGetStorage')
})

test('wx-conventions §2 no superfluous spaces in errMsg', async (t) => {
  const { wx } = await t.mini()
  const texts: unknown[] = []
  for (const [name, options] of bad) texts.push((await t.failure(call(wx, name), { ...options })).errMsg)
  texts.push((await t.failure(call(wx, 'setStorage'), { key: 'k', data: 'x'.repeat(wxItemUnits) })).errMsg)
  for (const item of texts) {
    ok(typeof item === 'string' && item === item.trim() && !item.includes('  '), `spaces in ${show(item)}`)
  }
})

test('wx-conventions §2 the texts that programs look for are found', async (t) => {
  const { wx } = await t.mini()
  const missing = await t.failure(call(wx, 'getStorage'), { key: 'none' })
  ok(String(missing.errMsg).includes('data not found'), `got ${show(missing.errMsg)}`)
})

// §3

test('wx-conventions §3 errno is a number beside errMsg', async (t) => {
  const { wx } = await t.mini()
  const value = await t.failure(call(wx, 'setStorage'), { key: 1, data: 1 })
  equal(value.errno, 1001, 'errno to fail')
  const reason = record(await rejection(wx.setStorage({ key: 1, data: 1 }), 'setStorage'), 'reason')
  equal(reason.errno, 1001, 'errno of the rejection')
  equal(typeof reason.errMsg, 'string', 'errMsg of the rejection')
})

test('wx-conventions §3 errno 1001 for parameter errors of set and remove', async (t) => {
  const { wx } = await t.mini()
  equal((await t.failure(call(wx, 'setStorage'), {})).errno, 1001, 'setStorage')
  equal((await t.failure(call(wx, 'removeStorage'), {})).errno, 1001, 'removeStorage')
})

test('wx-conventions §3 errno 800003 for the empty key', async (t) => {
  const { wx } = await t.mini()
  equal((await t.failure(call(wx, 'setStorage'), { key: '', data: 1 })).errno, 800003, 'setStorage')
})

// §4

test('wx-conventions §4 Sync calls, canIUse and create calls return at once', async (t) => {
  const { wx } = await t.mini()
  equal(wx.setStorageSync('k', 1), undefined, 'setStorageSync')
  equal(wx.getStorageSync('k'), 1, 'getStorageSync')
  equal(wx.removeStorageSync('k'), undefined, 'removeStorageSync')
  equal(wx.clearStorageSync(), undefined, 'clearStorageSync')
  equal(tag(wx.getStorageInfoSync()), 'Object', 'getStorageInfoSync')
  equal(wx.batchSetStorageSync([{ key: 'k', value: 2 }]), undefined, 'batchSetStorageSync')
  deepEqual(wx.batchGetStorageSync(['k']), [2], 'batchGetStorageSync')
  equal(wx.canIUse('setStorage'), true, 'canIUse')
  const url = wx.createBufferURL(new ArrayBuffer(1))
  equal(typeof url, 'string', 'createBufferURL')
  equal(wx.revokeBufferURL(url), undefined, 'revokeBufferURL')
})

test('wx-conventions §4 getStorageInfoSync has no errMsg', async (t) => {
  const { wx } = await t.mini()
  deepEqual(Object.keys(record(wx.getStorageInfoSync(), 'info')).sort(), ['currentSize', 'keys', 'limitSize'], 'members')
})

test('wx-conventions §4 a Sync setter throws an Error with message, errMsg and type', async (t) => {
  const { wx } = await t.mini()
  const error = thrown(() => wx.setStorageSync('k', 'x'.repeat(wxItemUnits)), 'setStorageSync')
  ok(error instanceof Error, `expected an Error, got ${show(error)}`)
  ok(error.message.includes(`setStorageSync${text.wxItem}`), `message is ${show(error.message)}`)
  const own = error as unknown as Record<string, unknown>
  match(own.errMsg, /^setStorageSync:fail/, 'errMsg')
  equal(own.type, 'AppServiceSdkKnownError', 'type')
})

test('wx-conventions §4 a thrown Error carries errno where one exists', async (t) => {
  const { wx } = await t.mini()
  const error = record(thrown(() => wx.setStorageSync('', 1), 'setStorageSync'), 'error')
  equal(error.errno, 800003, 'errno of the empty key')
  match(error.errMsg, /^setStorageSync:fail.*invalid key/, 'errMsg')
  match(error.message, /setStorageSync:fail.*invalid key/, 'message')
})

test('wx-conventions §4 other exceptions inside a Sync call give undefined', async (t) => {
  const { wx } = await t.mini()
  for (const argument of [5, undefined, null, 'x', {}, []]) {
    equal(wx.batchGetStorageSync(argument), undefined, `batchGetStorageSync(${show(argument)})`)
    equal(wx.batchSetStorageSync(argument), undefined, `batchSetStorageSync(${show(argument)})`)
  }
  // They are reported; where does not matter here.
  await t.reportedErrors()
})

test('wx-conventions §4 getStorageSync never throws', async (t) => {
  const { wx } = await t.mini()
  equal(wx.getStorageSync('none'), '', 'missing key')
  for (const key of [5, undefined, null, {}, [], true, Symbol('s')]) {
    equal(wx.getStorageSync(key), undefined, `key ${show(key)}`)
  }
})

// §5

test('wx-conventions §5 a promise without callbacks, nothing with one', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    wx.setStorageSync('k', 1)
    const promise = call(wx, name)({ ...good[name] })
    ok(isPromise(promise), `${name} without callbacks gave ${show(promise)}`)
    await promise
    for (const callback of ['success', 'fail', 'complete']) {
      wx.setStorageSync('k', 1)
      const returned = call(wx, name)({ ...good[name], [callback]: () => undefined })
      equal(returned, undefined, `${name} with ${callback}`)
    }
  }
  await t.success(call(wx, 'getStorageInfo'))
})

test('wx-conventions §5 a falsy callback member still gives a promise', async (t) => {
  const { wx } = await t.mini()
  for (const empty of [undefined, null, 0, '', false]) {
    const promise = wx.setStorage({ key: 'k', data: 1, success: empty, fail: empty, complete: empty })
    ok(isPromise(promise), `callbacks ${show(empty)} gave ${show(promise)}`)
    equal(record(await promise, 'result').errMsg, 'setStorage:ok', `callbacks ${show(empty)}`)
  }
})

test('wx-conventions §5 a truthy callback member that is no function gives no promise', async (t) => {
  const { wx } = await t.mini()
  equal(wx.setStorage({ key: 'k', data: 1, success: 1 }), undefined, 'success: 1')
  equal(wx.getStorage({ key: 'none', fail: 'x' }), undefined, "fail: 'x'")
  await t.success(call(wx, 'getStorageInfo'))
})

test('wx-conventions §5 a missing argument counts as an empty object', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', 1)
  const info = wx.getStorageInfo()
  ok(isPromise(info), `getStorageInfo() gave ${show(info)}`)
  deepEqual(record(await info, 'info').keys, ['k'], 'keys')
  const clear = wx.clearStorage()
  ok(isPromise(clear), `clearStorage() gave ${show(clear)}`)
  equal(record(await clear, 'result').errMsg, 'clearStorage:ok', 'clearStorage()')
  for (const name of ['setStorage', 'getStorage', 'removeStorage', 'batchSetStorage', 'batchGetStorage'] as const) {
    const reason = record(await rejection(call(wx, name)(), name), name)
    match(reason.errMsg, new RegExp(`^${name}:fail parameter error: parameter`), `${name}()`)
  }
})

test('wx-conventions §5 resolves with the success object', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', [1])
  deepEqual(await wx.getStorage({ key: 'k' }), { data: [1], errMsg: 'getStorage:ok' }, 'getStorage')
  deepEqual(await wx.setStorage({ key: 'k', data: 1 }), { errMsg: 'setStorage:ok' }, 'setStorage')
})

test('wx-conventions §5 rejects with the plain fail object', async (t) => {
  const { wx } = await t.mini()
  for (const [name, options] of bad) {
    const reason = await rejection(call(wx, name)({ ...options }), name)
    ok(!(reason instanceof Error), `${name} rejects with an Error`)
    equal(Object.getPrototypeOf(reason), Object.prototype, `${name}: prototype of the reason`)
    const failed = await t.failure(call(wx, name), { ...options })
    deepEqual(reason, failed, `${name}: reason and what fail gets`)
  }
})

test('wx-conventions §5 an unhandled rejection is reported once', async (t) => {
  const { wx } = await t.mini()
  void wx.getStorage({ key: 'none' })
  const list = await t.unhandledRejections()
  equal(list.length, 1, 'unhandled rejections')
  equal(record(list[0], 'reason').errMsg, text.wxMissing, 'reason')
})

test('wx-conventions §5 in callback mode nothing is rejected', async (t) => {
  const { wx } = await t.mini()
  wx.getStorage({ key: 'none', fail: () => undefined })
  wx.setStorage({ key: 5, complete: () => undefined })
  deepEqual(await t.unhandledRejections(), [], 'unhandled rejections')
})

test('wx-conventions §5 a parameter error rejects and does not throw', async (t) => {
  const { wx } = await t.mini()
  for (const name of ['setStorage', 'getStorage', 'removeStorage', 'batchSetStorage', 'batchGetStorage'] as const) {
    let promise: unknown
    try {
      promise = call(wx, name)({})
    } catch (error) {
      fail(`${name}({}) threw ${show(error)}`)
    }
    const reason = record(await rejection(promise, name), name)
    match(reason.errMsg, new RegExp(`^${name}:fail parameter error: `), name)
  }
})

test('wx-conventions §5 every asynchronous storage API is promise-capable', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    wx.setStorageSync('k', 1)
    const promise = call(wx, name)({ ...good[name] })
    ok(isPromise(promise), `${name} gave ${show(promise)}`)
    equal(record(await promise, name).errMsg, `${name}:ok`, name)
  }
})

test('wx-conventions §5 Sync calls, createBufferURL and canIUse give no promise', async (t) => {
  const { wx } = await t.mini()
  const url = wx.createBufferURL(new ArrayBuffer(2))
  const results: Record<string, unknown> = {
    setStorageSync: wx.setStorageSync('k', 1),
    getStorageSync: wx.getStorageSync('k'),
    getStorageInfoSync: wx.getStorageInfoSync(),
    batchSetStorageSync: wx.batchSetStorageSync([{ key: 'k', value: 1 }]),
    batchGetStorageSync: wx.batchGetStorageSync(['k']),
    removeStorageSync: wx.removeStorageSync('k'),
    clearStorageSync: wx.clearStorageSync(),
    createBufferURL: url,
    revokeBufferURL: wx.revokeBufferURL(url),
    canIUse: wx.canIUse('setStorage')
  }
  for (const [name, value] of Object.entries(results)) ok(!isPromise(value), `${name} gave a promise`)
})

test('wx-conventions §5 clearStorageSync and getStorageInfoSync are synchronous', async (t) => {
  const { wx } = await t.mini()
  wx.setStorageSync('k', 1)
  deepEqual(wxInfo(wx).keys, ['k'], 'keys')
  equal(wx.clearStorageSync(), undefined, 'clearStorageSync')
  deepEqual(wxInfo(wx).keys, [], 'keys at once')
})

// §6

const wrong: Array<[unknown, string]> = [
  [undefined, 'Undefined'],
  [null, 'Null'],
  [5, 'Number'],
  [true, 'Boolean'],
  [{}, 'Object'],
  [['k'], 'Array'],
  [() => 'k', 'Function'],
  [new Date(0), 'Date'],
  [Symbol('k'), 'Symbol'],
  [/k/, 'RegExp']
]

test('wx-conventions §6 wrong or missing field, word for word', async (t) => {
  const { wx } = await t.mini()
  for (const name of ['setStorage', 'getStorage', 'removeStorage'] as const) {
    for (const [key, tagName] of wrong) {
      const value = await t.failure(call(wx, name), { key, data: 1 })
      equal(
        value.errMsg,
        `${name}:fail parameter error: parameter.key should be String instead of ${tagName};`,
        `${name} with a key of ${tagName}`
      )
    }
  }
})

test('wx-conventions §6 whole argument wrong', async (t) => {
  const { wx } = await t.mini()
  for (const name of ['setStorage', 'getStorage', 'removeStorage', 'batchSetStorage', 'batchGetStorage'] as const) {
    for (const [argument, tagName] of [
      [null, 'Null'],
      [5, 'Number'],
      ['key', 'String'],
      [true, 'Boolean'],
      [['key'], 'Array'],
      [() => undefined, 'Function']
    ] as const) {
      const reason = record(await rejection(call(wx, name)(argument), `${name}(${tagName})`), 'reason')
      equal(
        reason.errMsg,
        `${name}:fail parameter error: parameter should be Object instead of ${tagName};`,
        `${name}(${tagName})`
      )
    }
  }
})

test('wx-conventions §6 array too short', async (t) => {
  const { wx } = await t.mini()
  equal(
    (await t.failure(call(wx, 'batchGetStorage'), { keyList: [] })).errMsg,
    'batchGetStorage:fail parameter error: parameter.keyList should have at least 1 item;',
    'keyList'
  )
  equal(
    (await t.failure(call(wx, 'batchSetStorage'), { kvList: [] })).errMsg,
    'batchSetStorage:fail parameter error: parameter.kvList should have at least 1 item;',
    'kvList'
  )
})

test('wx-conventions §6 array element wrong, only the first is looked at', async (t) => {
  const { wx } = await t.mini()
  equal(
    (await t.failure(call(wx, 'batchGetStorage'), { keyList: [5] })).errMsg,
    'batchGetStorage:fail parameter error: parameter.keyList[0] should be String instead of Number;',
    'keyList'
  )
  equal(
    (await t.failure(call(wx, 'batchSetStorage'), { kvList: [5] })).errMsg,
    'batchSetStorage:fail parameter error: parameter.kvList[0] should be Object instead of Number;',
    'kvList'
  )
  wx.setStorageSync('a', 1)
  const list = (await t.success(call(wx, 'batchGetStorage'), { keyList: ['a', 5] })).dataList as unknown[]
  equal(list[0], 1, 'the first of a list whose second is no string')
})

test('wx-conventions §6 empty string where content is demanded', async (t) => {
  const { wx } = await t.mini()
  equal(
    (await t.failure(call(wx, 'batchGetStorage'), { keyList: [''] })).errMsg,
    'batchGetStorage:fail parameter error: parameter.keyList[0] should be not empty string',
    'keyList'
  )
  equal(
    (await t.failure(call(wx, 'batchSetStorage'), { kvList: [{ key: '', value: 1 }] })).errMsg,
    'batchSetStorage:fail parameter error: parameter.kvList[0].key should be not empty string',
    'kvList'
  )
})

test('wx-conventions §6 complete errMsg with errno 1001', async (t) => {
  const { wx } = await t.mini()
  for (const name of ['setStorage', 'removeStorage'] as const) {
    deepEqual(
      await t.failure(call(wx, name), { key: 5, data: 1 }),
      { errMsg: `${name}:fail parameter error: parameter.key should be String instead of Number;`, errno: 1001 },
      name
    )
  }
})

test('wx-conventions §6 getStorage and the batch calls give no errno', async (t) => {
  const { wx } = await t.mini()
  for (const [name, options] of [
    ['getStorage', { key: 5 }],
    ['batchGetStorage', { keyList: 5 }],
    ['batchSetStorage', { kvList: 5 }]
  ] as const) {
    const value = await t.failure(call(wx, name), { ...options })
    deepEqual(Object.keys(value), ['errMsg'], `members of the fail object of ${name}`)
  }
})

test('wx-conventions §6 the example: key is Undefined', async (t) => {
  const { wx } = await t.mini()
  equal(
    (await t.failure(call(wx, 'setStorage'), { data: 1 })).errMsg,
    'setStorage:fail parameter error: parameter.key should be String instead of Undefined;',
    'setStorage without key'
  )
})

test('wx-conventions §6 a boxed String passes as String', async (t) => {
  const { wx } = await t.mini()
  await t.success(call(wx, 'setStorage'), { key: new String('boxed'), data: 1 })
  equal(wx.getStorageSync('boxed'), 1, 'getStorageSync')
  equal((await t.success(call(wx, 'getStorage'), { key: new String('boxed') })).data, 1, 'getStorage')
  await t.success(call(wx, 'removeStorage'), { key: new String('boxed') })
  equal(wx.getStorageSync('boxed'), '', 'after removeStorage')
})

test('wx-conventions §6 the empty key passes the type check', async (t) => {
  const { wx } = await t.mini()
  for (const name of ['setStorage', 'getStorage', 'removeStorage'] as const) {
    const { value } = await t.callback(call(wx, name), { key: '', data: 1 })
    ok(!String(value.errMsg).includes('parameter error'), `${name}: ${show(value.errMsg)}`)
  }
})

test('wx-conventions §6 key String of setStorage, getStorage, removeStorage', async (t) => {
  const { wx } = await t.mini()
  await t.success(call(wx, 'setStorage'), { key: 'k', data: 1 })
  await t.success(call(wx, 'getStorage'), { key: 'k' })
  await t.success(call(wx, 'removeStorage'), { key: 'k' })
  await t.failure(call(wx, 'setStorage'), { data: 1 })
  await t.failure(call(wx, 'getStorage'), {})
  await t.failure(call(wx, 'removeStorage'), {})
})

test('wx-conventions §6 keyList of batchGetStorage', async (t) => {
  const { wx } = await t.mini()
  for (const [keyList, tagName] of [
    [undefined, 'Undefined'],
    [null, 'Null'],
    ['k', 'String'],
    [{ length: 1, 0: 'k' }, 'Object']
  ] as const) {
    equal(
      (await t.failure(call(wx, 'batchGetStorage'), { keyList })).errMsg,
      `batchGetStorage:fail parameter error: parameter.keyList should be Array instead of ${tagName};`,
      `keyList of ${tagName}`
    )
  }
})

test('wx-conventions §6 kvList of batchSetStorage', async (t) => {
  const { wx } = await t.mini()
  for (const [kvList, tagName] of [
    [undefined, 'Undefined'],
    [null, 'Null'],
    [{ key: 'k', value: 1 }, 'Object']
  ] as const) {
    equal(
      (await t.failure(call(wx, 'batchSetStorage'), { kvList })).errMsg,
      `batchSetStorage:fail parameter error: parameter.kvList should be Array instead of ${tagName};`,
      `kvList of ${tagName}`
    )
  }
  equal(
    (await t.failure(call(wx, 'batchSetStorage'), { kvList: [{ value: 1 }] })).errMsg,
    'batchSetStorage:fail parameter error: parameter.kvList[0].key should be String instead of Undefined;',
    'item without key'
  )
})

// §7

test('wx-conventions §7 canIUse gives a boolean', async (t) => {
  const { wx } = await t.mini()
  equal(wx.canIUse('setStorage'), true, 'setStorage')
  equal(wx.canIUse('setStorag'), false, 'setStorag')
})

test('wx-conventions §7 canIUse knows every storage API', async (t) => {
  const { wx } = await t.mini()
  for (const name of [
    ...wxAsyncNames,
    'setStorageSync',
    'getStorageSync',
    'removeStorageSync',
    'clearStorageSync',
    'getStorageInfoSync',
    'batchSetStorageSync',
    'batchGetStorageSync',
    'createBufferURL',
    'revokeBufferURL',
    'canIUse'
  ]) {
    equal(wx.canIUse(name), true, name)
  }
})

test('wx-conventions §7 canIUse with method, parameter and option', async (t) => {
  const { wx } = await t.mini()
  for (const schema of [
    'setStorage.object',
    'setStorage.object.key',
    'setStorage.object.data',
    'setStorage.object.encrypt',
    'getStorage.object.key',
    'getStorage.object.encrypt',
    'getStorage.success.data',
    'removeStorage.object.key',
    'getStorageInfo.success.keys',
    'getStorageInfo.success.currentSize',
    'getStorageInfo.success.limitSize',
    'getStorageInfoSync.return.keys',
    'getStorageInfoSync.return.currentSize',
    'getStorageInfoSync.return.limitSize',
    'batchSetStorage.object.kvList',
    'batchGetStorage.object.keyList'
  ]) {
    equal(wx.canIUse(schema), true, schema)
  }
})

test('wx-conventions §7 canIUse is false for any unknown name or step', async (t) => {
  const { wx } = await t.mini()
  for (const schema of [
    'nothing',
    'setStorage.nothing',
    'setStorage.object.nothing',
    'setStorage.object.key.nothing',
    'getStorage.success.nothing',
    'constructor',
    'toString',
    '__proto__',
    'setStorage.constructor',
    'setStorage.object.toString',
    'SETSTORAGE',
    'wx.setStorage',
    'setStorage.',
    '.setStorage',
    ' setStorage'
  ]) {
    equal(wx.canIUse(schema), false, schema)
  }
})

test('wx-conventions §7 canIUse with nothing is false', async (t) => {
  const { wx } = await t.mini()
  equal(wx.canIUse(), false, 'canIUse()')
  equal(wx.canIUse(undefined), false, 'canIUse(undefined)')
  equal(wx.canIUse(''), false, "canIUse('')")
})

test('wx-conventions §7 canIUse with a non-string throws', async (t) => {
  const { wx } = await t.mini()
  for (const schema of [5, null, true, {}, ['setStorage']]) {
    const error = thrown(() => wx.canIUse(schema), `canIUse(${show(schema)})`)
    ok(error instanceof Error, `canIUse(${show(schema)}) threw ${show(error)}`)
    ok(error.message.includes('canIUse: schema should be a string'), `message is ${show(error.message)}`)
  }
})

test('wx-conventions §4 a buffer URL needs no callback', async (t) => {
  const { wx } = await t.mini()
  const url = wx.createBufferURL(png.buffer)
  equal(await imageWidth(String(url)), 1, 'width of the image')
  wx.revokeBufferURL(url)
  await turn()
})
