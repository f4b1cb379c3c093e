// my-conventions: how every my call behaves, shown on the storage family.

import { deepEqual, equal, isPromise, ok, record, rejection, show } from '../assert.js'
import { myError, on, text } from '../helpers.js'
import { test } from '../runner.js'
import type { MyAsync } from '../subject.js'
import { myAsyncNames } from '../subject.js'

const good: Record<MyAsync, Record<string, unknown>> = {
  setStorage: { key: 'k', data: 1 },
  getStorage: { key: 'k' },
  removeStorage: { key: 'k' },
  clearStorage: {},
  getStorageInfo: {}
}

const bad: Array<[MyAsync, Record<string, unknown>]> = [
  ['setStorage', { key: '', data: 1 }],
  ['setStorage', { key: 'k' }],
  ['setStorage', { data: 1 }],
  ['setStorage', { key: 'k', data: 'x'.repeat(204_800) }],
  ['getStorage', { key: '' }],
  ['getStorage', {}],
  ['removeStorage', { key: '' }]
]

// §1

test('my-conventions §1 one options object with callbacks', async (t) => {
  const { my } = await t.mini()
  for (const name of myAsyncNames) await t.success(on(my, name), { ...good[name] })
})
test('my-conventions §1 the object may be left out where every field is optional', async (t) => {
  const { my } = await t.mini()
  my.setStorageSync({ key: 'k', data: 1 })
  deepEqual(record(await my.getStorageInfo(), 'getStorageInfo()').keys, ['k'], 'keys')
  deepEqual(record(my.getStorageInfoSync(), 'getStorageInfoSync()').keys, ['k'], 'keys, Sync')
  equal(record(await my.clearStorage(), 'clearStorage()').success, true, 'clearStorage()')
  equal(record(my.clearStorageSync(), 'clearStorageSync()').success, true, 'clearStorageSync()')
})
test('my-conventions §1 no positional arguments', async (t) => {
  const { my } = await t.mini()
  myError(my.setStorageSync('k', 1), 2, record(my.setStorageSync('k', 1), 'result').errorMessage as string, 'setStorageSync')
  deepEqual(record(my.getStorageInfoSync(), 'info').keys, [], 'keys')
})
test('my-conventions §1 Sync calls take an object', async (t) => {
  const { my } = await t.mini()
  ok(!record(my.setStorageSync({ key: 'k', data: [1] }), 'set').error, 'setStorageSync')
  deepEqual(record(my.getStorageSync({ key: 'k' }), 'get').data, [1], 'getStorageSync')
  ok(!record(my.removeStorageSync({ key: 'k' }), 'remove').error, 'removeStorageSync')
  equal(record(my.getStorageSync({ key: 'k' }), 'get').data, null, 'after removeStorageSync')
})
test('my-conventions §1 a truthy error means fail, else success', async (t) => {
  const { my } = await t.mini()
  for (const name of myAsyncNames) {
    const value = await t.success(on(my, name), { ...good[name] })
    ok(!value.error, `${name}: success with error ${show(value.error)}`)
  }
  for (const [name, options] of bad) {
    const value = await t.failure(on(my, name), { ...options })
    ok(value.error, `${name}: fail without error, got ${show(value)}`)
  }
})
test('my-conventions §1 error codes are numbers', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of bad) {
    equal(typeof (await t.failure(on(my, name), { ...options })).error, 'number', name)
  }
})
test('my-conventions §1 the branch, complete and the promise get the same object', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of [...Object.entries(good), ...bad] as Array<[MyAsync, Record<string, unknown>]>) {
    const seen: unknown[] = []
    const note = (value: unknown): void => {
      seen.push(value)
    }
    const promise = on(my, name)({ ...options, success: note, fail: note, complete: note }) as Promise<unknown>
    ok(isPromise(promise), `${name} gave ${show(promise)}`)
    await promise.then(note, note)
    equal(seen.length, 3, `${name}: calls`)
    ok(seen[0] === seen[1] && seen[1] === seen[2], `${name}: different objects`)
  }
})
test('my-conventions §1 branch, then complete, then the promise handlers', async (t) => {
  const { my } = await t.mini()
  for (const [name, options, branch] of [
    ['setStorage', { key: 'k', data: 1 }, 'success'],
    ['setStorage', { key: '', data: 1 }, 'fail']
  ] as const) {
    const order: string[] = []
    const promise = on(my, name)({
      ...options,
      success: () => order.push('success'),
      fail: () => order.push('fail'),
      complete: () => order.push('complete')
    }) as Promise<unknown>
    await promise.then(
      () => order.push('then'),
      () => order.push('catch')
    )
    deepEqual(order, [branch, 'complete', branch === 'success' ? 'then' : 'catch'], name)
  }
})
test('my-conventions §1 callbacks never run inside the call', async (t) => {
  const { my } = await t.mini()
  // t.callback() fails when one does.
  for (const name of myAsyncNames) await t.callback(on(my, name), { ...good[name] })
  for (const [name, options] of bad) await t.callback(on(my, name), { ...options })
})
test('my-conventions §1 a call settles once', async (t) => {
  const { my } = await t.mini()
  let calls = 0
  const count = (): void => {
    calls += 1
  }
  await my.setStorage({ key: 'k', data: 1, success: count, fail: count })
  my.setStorageSync({ key: 'k', data: 2 })
  await my.getStorage({ key: 'k' })
  equal(calls, 1, 'callbacks')
})
test('my-conventions §1 the options object is not changed and its callbacks are not stored', async (t) => {
  const { my } = await t.mini()
  const options = Object.freeze({ key: 'k', data: { a: 1 }, success: () => undefined, complete: () => undefined })
  await my.setStorage(options)
  deepEqual(Object.keys(options), ['key', 'data', 'success', 'complete'], 'members')
  deepEqual(record(my.getStorageSync({ key: 'k' }), 'get').data, { a: 1 }, 'what is stored')
})
test('my-conventions §1 a throwing callback is reported and complete still runs', async (t) => {
  const { my } = await t.mini()
  for (const branch of ['success', 'fail'] as const) {
    const order: string[] = []
    const error = new Error(`thrown in my ${branch}`)
    const promise = my.setStorage({
      key: branch === 'success' ? 'k' : '',
      data: 1,
      success() {
        order.push('success')
        throw error
      },
      fail() {
        order.push('fail')
        throw error
      },
      complete: () => order.push('complete')
    }) as Promise<unknown>
    await promise.then(
      () => order.push('then'),
      () => order.push('catch')
    )
    deepEqual(await t.reportedErrors(), [error], `what the window saw, ${branch}`)
    deepEqual(order, [branch, 'complete', branch === 'success' ? 'then' : 'catch'], `callbacks, ${branch}`)
  }
})
test('my-conventions §1 success: true on set, remove and clear', async (t) => {
  const { my } = await t.mini()
  for (const name of ['setStorage', 'removeStorage', 'clearStorage'] as const) {
    equal((await t.success(on(my, name), { ...good[name] })).success, true, name)
  }
})
test('my-conventions §1 no errMsg anywhere', async (t) => {
  const { my } = await t.mini()
  for (const name of myAsyncNames) {
    const value = await t.success(on(my, name), { ...good[name] })
    ok(!('errMsg' in value) && !('errno' in value), `${name}: ${show(value)}`)
  }
  for (const [name, options] of bad) {
    const value = await t.failure(on(my, name), { ...options })
    ok(!('errMsg' in value) && !('errno' in value), `${name}: ${show(value)}`)
  }
})
test('my-conventions §1 callbacks that are no functions are ignored', async (t) => {
  const { my } = await t.mini()
  await my.setStorage({ key: 'k', data: 1, success: 1, fail: 'x', complete: {} })
  equal(record(my.getStorageSync({ key: 'k' }), 'get').data, 1, 'the write')
})

// §2

test('my-conventions §2 error is a non-zero number in fail', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of bad) {
    const { error } = await t.failure(on(my, name), { ...options })
    ok(typeof error === 'number' && error !== 0, `${name}: error is ${show(error)}`)
  }
})
test('my-conventions §2 errorMessage is a text', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of bad) {
    const { errorMessage } = await t.failure(on(my, name), { ...options })
    ok(typeof errorMessage === 'string' && errorMessage !== '', `${name}: errorMessage is ${show(errorMessage)}`)
  }
})
test('my-conventions §2 success is false or absent on failure', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of bad) {
    const value = await t.failure(on(my, name), { ...options })
    ok(value.success === undefined || value.success === false, `${name}: success is ${show(value.success)}`)
  }
})
test('my-conventions §2 a plain object, not an Error', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of bad) {
    const reason = await rejection(on(my, name)({ ...options }), name)
    ok(!(reason instanceof Error), `${name} rejects with an Error`)
    equal(Object.getPrototypeOf(reason), Object.prototype, `${name}: prototype`)
  }
})
test('my-conventions §2 code 2 for invalid parameters', async (t) => {
  const { my } = await t.mini()
  myError(await t.failure(on(my, 'setStorage'), { key: 'k' }), 2, text.myParameter, 'setStorage without data')
})

// §3

test('my-conventions §3 Sync failures are returned and never thrown', async (t) => {
  const { my } = await t.mini()
  myError(my.setStorageSync({ key: '', data: 1 }), 2, text.myParameter, 'empty key')
  myError(my.setStorageSync({ key: 'k' }), 2, text.myParameter, 'no data')
  myError(my.setStorageSync({ key: 'k', data: 'x'.repeat(204_800) }), 14, text.myItem, 'too long')
  myError(my.getStorageSync({ key: '' }), 2, text.myParameter, 'getStorageSync')
  myError(my.removeStorageSync({ key: '' }), 2, text.myParameter, 'removeStorageSync')
})
test('my-conventions §3 Sync returns what the asynchronous branch gets', async (t) => {
  const { my } = await t.mini()
  deepEqual(my.setStorageSync({ key: 'k', data: 1 }), await t.success(on(my, 'setStorage'), { key: 'k', data: 1 }), 'set')
  deepEqual(my.setStorageSync({ key: '' }), await t.failure(on(my, 'setStorage'), { key: '' }), 'set, failing')
  deepEqual(my.getStorageSync({ key: 'k' }), await t.success(on(my, 'getStorage'), { key: 'k' }), 'get')
  deepEqual(my.getStorageSync({ key: '' }), await t.failure(on(my, 'getStorage'), { key: '' }), 'get, failing')
  deepEqual(my.getStorageSync({ key: 'x' }), await t.success(on(my, 'getStorage'), { key: 'x' }), 'get, missing')
  deepEqual(my.getStorageInfoSync(), await t.success(on(my, 'getStorageInfo')), 'info')
  deepEqual(my.removeStorageSync({ key: 'k' }), await t.success(on(my, 'removeStorage'), { key: 'k' }), 'remove')
  deepEqual(my.clearStorageSync(), await t.success(on(my, 'clearStorage')), 'clear')
})
test('my-conventions §3 error fields only on error', async (t) => {
  const { my } = await t.mini()
  const result = record(my.setStorageSync({ key: 'k', data: 1 }), 'setStorageSync')
  equal(result.success, true, 'success')
  ok(!result.error && !('errorMessage' in result), `got ${show(result)}`)
})
test('my-conventions §3 getStorageSync of a missing key gives data null', async (t) => {
  const { my } = await t.mini()
  const result = record(my.getStorageSync({ key: 'none' }), 'getStorageSync')
  equal(result.data, null, 'data')
  ok(!result.error && !('errorMessage' in result), `got ${show(result)}`)
})

// §4

test('my-conventions §4 a promise with and without callbacks', async (t) => {
  const { my } = await t.mini()
  for (const name of myAsyncNames) {
    const bare = on(my, name)({ ...good[name] })
    ok(isPromise(bare), `${name} without callbacks gave ${show(bare)}`)
    await bare
    const called = on(my, name)({ ...good[name], success: () => undefined, complete: () => undefined })
    ok(isPromise(called), `${name} with callbacks gave ${show(called)}`)
    await called
  }
})
test('my-conventions §4 resolves with the object that success gets', async (t) => {
  const { my } = await t.mini()
  my.setStorageSync({ key: 'k', data: 1 })
  let seen: unknown
  const resolved = await my.getStorage({
    key: 'k',
    success(value: unknown) {
      seen = value
    }
  })
  ok(resolved === seen && record(resolved, 'resolved').data === 1, `resolved ${show(resolved)}, success got ${show(seen)}`)
})
test('my-conventions §4 rejects with the object that fail gets', async (t) => {
  const { my } = await t.mini()
  let seen: unknown
  const reason = await rejection(
    my.getStorage({
      key: '',
      fail(value: unknown) {
        seen = value
      }
    }),
    'getStorage'
  )
  ok(reason === seen, `rejected ${show(reason)}, fail got ${show(seen)}`)
})
test('my-conventions §4 with fail and no catch the rejection is unhandled', async (t) => {
  const { my } = await t.mini()
  let failed = 0
  my.getStorage({
    key: '',
    fail: () => {
      failed += 1
    }
  })
  const list = await t.unhandledRejections()
  equal(list.length, 1, 'unhandled rejections')
  equal(record(list[0], 'reason').error, 2, 'reason')
  equal(failed, 1, 'calls of fail')
})
test('my-conventions §4 Sync calls and canIUse give no promise', async (t) => {
  const { my } = await t.mini()
  for (const value of [
    my.setStorageSync({ key: 'k', data: 1 }),
    my.getStorageSync({ key: 'k' }),
    my.getStorageInfoSync(),
    my.removeStorageSync({ key: 'k' }),
    my.clearStorageSync(),
    my.canIUse('setStorage')
  ]) {
    ok(!isPromise(value), 'a promise')
  }
})
test('my-conventions §4 nothing is thrown from an asynchronous call with bad parameters', async (t) => {
  const { my } = await t.mini()
  for (const [name, options] of bad) {
    const reason = record(await rejection(on(my, name)({ ...options }), name), name)
    equal(typeof reason.error, 'number', name)
  }
})

// §6

test('my-conventions §6 canIUse knows the storage APIs', async (t) => {
  const { my } = await t.mini()
  for (const name of [
    ...myAsyncNames,
    'setStorageSync',
    'getStorageSync',
    'removeStorageSync',
    'clearStorageSync',
    'getStorageInfoSync',
    'canIUse'
  ]) {
    equal(my.canIUse(name), true, name)
  }
})
test('my-conventions §6 canIUse with type, parameter and option', async (t) => {
  const { my } = await t.mini()
  for (const schema of [
    'setStorage.object.key',
    'setStorage.object.data',
    'getStorage.object.key',
    'getStorage.callback.data',
    'removeStorage.object.key',
    'getStorageInfo.callback.keys',
    'getStorageInfo.callback.currentSize',
    'getStorageInfo.callback.limitSize'
  ]) {
    equal(my.canIUse(schema), true, schema)
  }
})
test('my-conventions §6 canIUse has no type success', async (t) => {
  const { my } = await t.mini()
  equal(my.canIUse('getStorage.success.data'), false, 'getStorage.success.data')
})
test('my-conventions §6 canIUse is false for an unknown step', async (t) => {
  const { my } = await t.mini()
  for (const schema of [
    'nothing',
    'batchSetStorage',
    'createBufferURL',
    'setStorage.nothing',
    'setStorage.object.nothing',
    'setStorage.object.encrypt',
    'constructor',
    '__proto__',
    'toString',
    'my.setStorage',
    ''
  ]) {
    equal(my.canIUse(schema), false, schema)
  }
})
test('my-conventions §6 one segment that names a member is true', async (t) => {
  const { my } = await t.mini()
  for (const name of Object.keys(my)) equal(my.canIUse(name), true, name)
})
