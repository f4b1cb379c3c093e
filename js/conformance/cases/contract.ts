// contract: what minipoly promises beyond the platforms' own rules.

import { deepEqual, equal, isPromise, match, ok, record, rejection, show } from '../assert.js'
import { both, myData, myError, on, text, wxInfo } from '../helpers.js'
import { sleep, test } from '../runner.js'
import type { Method } from '../subject.js'
import { lastingDrivers, myAsyncNames, wxAsyncNames } from '../subject.js'

test('contract §2 createMini touches no global', async (t) => {
  const before = new Set(Object.getOwnPropertyNames(globalThis))
  const mini = await t.mini()
  mini.wx.setStorageSync('k', 1)
  await mini.flush()
  deepEqual(
    Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name)),
    [],
    'new globals'
  )
})
test('contract §2 several minis live side by side', async (t) => {
  const minis = []
  for (let i = 0; i < 5; i += 1) minis.push(await t.mini({ appId: t.freshId() }))
  minis.forEach((mini, i) => { mini.wx.setStorageSync('k', i) })
  minis.forEach((mini, i) => { equal(mini.wx.getStorageSync('k'), i, `mini ${i}`) })
})
test('contract §2 platforms leaves the other one undefined', async (t) => {
  const wxOnly = await t.mini({ platforms: ['wx'] })
  equal(wxOnly.my, undefined, "my with platforms ['wx']")
  wxOnly.wx.setStorageSync('k', 1)
  equal(wxOnly.wx.getStorageSync('k'), 1, 'wx')
  const myOnly = await t.mini({ appId: t.freshId(), platforms: ['my'] })
  equal(myOnly.wx, undefined, "wx with platforms ['my']")
  equal(record(myOnly.my.setStorageSync({ key: 'k', data: 1 }), 'my').success, true, 'my')
})
test('contract §2 members can be replaced and added', async (t) => {
  const { wx, my } = await t.mini()
  for (const api of [wx, my] as unknown as Array<Record<string, Method>>) {
    ok(Object.isExtensible(api), 'the object is extensible')
    for (const name of Object.keys(api)) {
      const property = Object.getOwnPropertyDescriptor(api, name)
      ok(property?.configurable, `${name} is not configurable`)
    }
    Object.defineProperty(api, 'request', { configurable: true, get: () => () => 'mine' })
    equal(api.request?.(), 'mine', 'a member added with a getter')
    Object.defineProperty(api, 'getStorageInfoSync', { configurable: true, value: () => 'replaced' })
    equal(api.getStorageInfoSync?.(), 'replaced', 'a member replaced by defineProperty')
    api.clearStorageSync = () => 'assigned'
    equal(api.clearStorageSync(), 'assigned', 'a member replaced by assignment')
  }
})
test('contract §2 methods work without their object', async (t) => {
  const { wx, my } = await t.mini()
  const { setStorageSync, getStorageSync, getStorage } = wx
  setStorageSync('k', 1)
  equal(getStorageSync('k'), 1, 'wx')
  equal(record(await getStorage({ key: 'k' }), 'getStorage').data, 1, 'wx, promise')
  const mySet = my.setStorageSync
  equal(record(mySet({ key: 'k', data: 2 }), 'my').success, true, 'my')
})
test('contract §2 null or a non-object as the argument of wx', async (t) => {
  const { wx } = await t.mini()
  for (const name of wxAsyncNames) {
    const promise = on(wx, name)(null)
    ok(isPromise(promise), `${name}(null) gave ${show(promise)}`)
    equal(
      record(await rejection(promise, name), `${name}(null)`).errMsg,
      `${name}:fail parameter error: parameter should be Object instead of Null;`,
      name
    )
  }
})
test('contract §2 null or a non-object as the argument of my', async (t) => {
  const { my } = await t.mini()
  for (const name of myAsyncNames) {
    for (const argument of [null, 5, 'k']) {
      const promise = on(my, name)(argument)
      ok(isPromise(promise), `${name}(${show(argument)}) gave ${show(promise)}`)
      const reason = record(
        await rejection(promise, name),
        `${name}(${show(argument)})`
      )
      equal(reason.error, 2, `${name}(${show(argument)}): error`)
      equal(typeof reason.errorMessage, 'string', `${name}(${show(argument)}): errorMessage`)
    }
  }
  equal(record(my.setStorageSync(null), 'setStorageSync(null)').error, 2, 'setStorageSync(null)')
  equal(record(my.getStorageSync(null), 'getStorageSync(null)').error, 2, 'getStorageSync(null)')
})
test('contract §2 no data, no key, empty key of my', async (t) => {
  const { my } = await t.mini()
  for (const options of [{ key: 'k' }, { data: 1 }, { key: '', data: 1 }, {}]) {
    myError(my.setStorageSync(options), 2, text.myParameter, show(options))
  }
})
test('contract §2 flush resolves when everything is committed', async (t) => {
  const mini = await t.mini()
  for (let i = 0; i < 100; i += 1) mini.wx.setStorageSync(`k${i}`, { i })
  await mini.flush()
  equal(mini.health().pending, 0, 'pending')
})
test('contract §2 health tells driver, pending, losses and usage', async (t) => {
  // One platform, so that usage is of one space.
  const mini = await t.mini({ platforms: ['wx'] })
  mini.wx.setStorageSync('k', 'x'.repeat(99))
  await mini.flush()
  const health = mini.health()
  equal(health.driver, t.driver, 'driver')
  equal(typeof health.durable, 'boolean', 'durable')
  if (t.driver === 'memory') equal(health.durable, false, 'durable of memory')
  equal(health.pending, 0, 'pending')
  deepEqual(health.lost, [], 'lost')
  ok(Array.isArray(health.degraded), 'degraded is a list')
  ok(health.module === 'tinygo' || health.module === 'go', `module is ${show(health.module)}`)
  equal(health.usage.units, 100, 'usage.units')
  equal(health.usage.limit, 10_485_760, 'usage.limit')
})
test('contract §2 version is a text', (t) => {
  match(t.library.version, /^\d+\.\d+\.\d+/, 'version')
}, { drivers: ['memory'] })
test('contract §2 success comes after the commit', async (t) => {
  const mini = await t.mini()
  const places = (): string[] => {
    const list = mini.debug.inspect('wx') as Array<{ where: string }>
    return list.map((item) => item.where)
  }
  for (const data of ['committed', 'x'.repeat(500_000)]) {
    const seen = await new Promise((resolve) => {
      mini.wx.setStorage({
        key: 'k',
        data,
        success: () => {
          resolve([places(), mini.health().pending])
        },
        fail: resolve
      })
    })
    deepEqual(seen, [[t.driver], 0], `where the value of ${data.length} units stands when success runs, and what is pending`)
    // A second opening sees it, without flush() or close() of the first.
    const second = await t.mini()
    equal(second.wx.getStorageSync('k'), data, 'a second mini')
    await second.close()
  }
}, { drivers: lastingDrivers })
test('contract §2 two live minis of one space converge', async (t) => {
  const one = await t.mini()
  const two = await t.mini()
  one.wx.setStorageSync('from one', 1)
  two.wx.setStorageSync('from two', 2)
  await one.flush()
  await two.flush()
  for (let i = 0; i < 100; i += 1) {
    if (one.wx.getStorageSync('from two') === 2 && two.wx.getStorageSync('from one') === 1) break
    await sleep(20)
  }
  equal(one.wx.getStorageSync('from two'), 2, 'the first sees the second')
  equal(two.wx.getStorageSync('from one'), 1, 'the second sees the first')
}, { drivers: lastingDrivers })
test("contract §2 clearStorage leaves strangers' localStorage keys", async (t) => {
  const stranger = `stranger of ${t.appId}`
  localStorage.setItem(stranger, 'untouched')
  const mini = await t.mini()
  mini.wx.setStorageSync('k', 1)
  mini.my.setStorageSync({ key: 'k', data: 1 })
  await mini.flush()
  mini.wx.clearStorageSync()
  mini.my.clearStorageSync()
  await mini.wx.clearStorage()
  await mini.my.clearStorage()
  await mini.flush()
  equal(localStorage.getItem(stranger), 'untouched', 'the stranger')
  localStorage.removeItem(stranger)
})
test('contract §2 an accepted write is never dropped in silence', async (t) => {
  const foreign = `${t.appId} foreign`
  localStorage.setItem(foreign, 'small at first')
  const warnings: string[] = []
  let mini = await t.mini({ onWarning: (warning) => warnings.push(warning.code) })
  mini.wx.setStorageSync('k', 'old')
  await mini.flush()
  // A stranger's item grows over all the room there is, and no event tells of it.
  let filled = ''
  for (let size = 4_000_000; size > 100; ) {
    try {
      localStorage.setItem(foreign, filled + 'x'.repeat(size))
      filled += 'x'.repeat(size)
    } catch {
      size = Math.floor(size / 2)
    }
  }
  const value = 'y'.repeat(100_000)
  let accepted = true
  try {
    mini.wx.setStorageSync('k', value)
  } catch {
    accepted = false
  }
  try {
    await sleep(50)
    if (accepted) {
      ok(mini.wx.getStorageSync('k') === value, 'the accepted value cannot be read')
      ok(warnings.length > 0, 'onWarning was not called')
      ok(mini.health().degraded.length > 0, 'health() names no degradation')
      ok(mini.health().pending > 0, 'health() says that nothing is pending')
    } else {
      equal(mini.wx.getStorageSync('k'), 'old', 'the refused write keeps the old value')
    }
    ok(localStorage.getItem(foreign) === filled, "the stranger's item is untouched")
  } finally {
    localStorage.removeItem(foreign)
  }
  if (!accepted) mini.wx.setStorageSync('k', value)
  mini = await t.reopen(mini)
  ok(mini.wx.getStorageSync('k') === value, 'after reopening, with room again')
}, { drivers: ['localstorage'] })
test('contract §2 durability strict stores before the call returns', async (t) => {
  const mini = await t.mini({ durability: 'strict' })
  const before = Object.values(localStorage).join('')
  mini.wx.setStorageSync('k', 'strict')
  const after = Object.values(localStorage).join('')
  ok(before !== after, 'nothing was written to localStorage inside the call')
  const again = await t.reopen(mini, { durability: 'strict' })
  equal(again.wx.getStorageSync('k'), 'strict', 'after reopening')
}, { drivers: lastingDrivers })
test('contract §2 durability task stores before the task ends', async (t) => {
  const mini = await t.mini()
  const before = Object.values(localStorage).join('')
  mini.wx.setStorageSync('k', 'task')
  await Promise.resolve()
  await Promise.resolve()
  ok(before !== Object.values(localStorage).join(''), 'nothing was written to localStorage in the microtask')
}, { drivers: lastingDrivers })
test('contract §2 inspect lists the entries of a space', async (t) => {
  const mini = await t.mini()
  mini.wx.setStorageSync('s', 'four')
  mini.wx.setStorageSync('n', 12)
  mini.my.setStorageSync({ key: 'm', data: 1 })
  await mini.flush()
  const list = (await mini.debug.inspect('wx')) as Array<Record<string, unknown>>
  deepEqual(
    list.map((item) => [item.key, item.units]).sort(),
    [
      ['n', 3],
      ['s', 5]
    ],
    'key and units'
  )
  for (const item of list) {
    ok(['memory', 'journal', 'indexeddb', 'localstorage'].includes(String(item.where)), `where is ${show(item.where)}`)
  }
  const mine = (await mini.debug.inspect('my')) as Array<Record<string, unknown>>
  deepEqual(mine.map((item) => item.key), ['m'], 'my')
})
test('contract §2 a caller-given key opens what it sealed', async (t) => {
  const key = new Uint8Array(32).map((_byte, i) => i)
  let mini = await t.mini({ encryptionKey: key })
  mini.my.setStorageSync({ key: 'k', data: 'sealed' })
  await mini.wx.setStorage({ key: 'k', data: 'sealed', encrypt: true })
  mini = await t.reopen(mini, { encryptionKey: key })
  equal(myData(mini.my, 'k'), 'sealed', 'my')
  equal(record(await mini.wx.getStorage({ key: 'k', encrypt: true }), 'wx').data, 'sealed', 'wx')
}, { drivers: lastingDrivers })
test('contract §2 a passphrase opens what it sealed', async (t) => {
  let mini = await t.mini({ encryptionKey: 'correct horse battery staple' })
  mini.my.setStorageSync({ key: 'k', data: 'sealed' })
  mini = await t.reopen(mini, { encryptionKey: 'correct horse battery staple' })
  equal(myData(mini.my, 'k'), 'sealed', 'my')
}, { drivers: lastingDrivers })
test('contract §4 random operations agree with a model', async (t) => {
  let mini = await t.mini()
  const model = new Map<string, unknown>()
  let seed = 20_240_601
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((seed / 0x80000000) * below)
  }
  const values: Array<() => unknown> = [
    () => random(1e9),
    () => 'x'.repeat(random(3000)),
    () => ({ a: random(100), b: [random(10)] }),
    () => null,
    () => random(2) === 1,
    () => '中😀'.repeat(random(50)),
    () => new Date(random(1e9))
  ]
  for (let step = 0; step < 600; step += 1) {
    const key = `k${random(25)}`
    const action = random(20)
    if (action < 12) {
      const value = values[random(values.length)]?.()
      if (action < 8) mini.wx.setStorageSync(key, value)
      else await mini.wx.setStorage({ key, data: value })
      model.set(key, value)
    } else if (action < 15) {
      mini.wx.removeStorageSync(key)
      model.delete(key)
    } else if (action === 15 && random(4) === 0) {
      mini.wx.clearStorageSync()
      model.clear()
    } else if (action === 16 && t.lasting && random(3) === 0) {
      mini = await t.reopen(mini)
    } else {
      deepEqual(mini.wx.getStorageSync(key), model.has(key) ? model.get(key) : '', `${key} at step ${step}`)
    }
  }
  if (t.lasting) mini = await t.reopen(mini)
  deepEqual([...wxInfo(mini.wx).keys].sort(), [...model.keys()].sort(), 'keys at the end')
  for (const [key, value] of model) deepEqual(mini.wx.getStorageSync(key), value, `${key} at the end`)
}, { timeout: 60_000 })
test('contract §4 10,000 keys', async (t) => {
  let mini = await t.mini()
  for (let i = 0; i < 10_000; i += 1) mini.wx.setStorageSync(`key ${i}`, { i })
  equal(wxInfo(mini.wx).keys.length, 10_000, 'keys')
  if (t.lasting) mini = await t.reopen(mini)
  equal(wxInfo(mini.wx).keys.length, 10_000, 'keys after reopening')
  for (let i = 0; i < 10_000; i += 97) deepEqual(mini.wx.getStorageSync(`key ${i}`), { i }, `key ${i}`)
}, { drivers: both, timeout: 60_000 })
