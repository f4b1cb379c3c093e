// minipoly.js as a classic script: everything works in the very next script tag.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch, modulePage, until, watched } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { html, script, serve } from './lib/server.js'

let server: Server
let browser: Browser

before(async () => {
  server = await serve()
  browser = await launch()
  server.add(
    '/t/before.js',
    script(() => {
      ;(window as unknown as Record<string, unknown>).__before = Object.getOwnPropertyNames(window)
    })
  )
  server.add(
    '/t/next.js',
    script(() => {
      const seen: Record<string, unknown> = {}
      ;(window as unknown as Record<string, unknown>).__next = seen
      try {
        seen.first = window.wx.getStorageSync('counter')
        window.wx.setStorageSync('counter', Number(seen.first) + 1)
        seen.counter = window.wx.getStorageSync('counter')
        window.wx.setStorageSync('object', { list: [1, 'two'] })
        seen.object = window.wx.getStorageSync('object')
        seen.info = window.wx.getStorageInfoSync()
        seen.canIUse = window.wx.canIUse('setStorage')
        seen.mySet = window.my.setStorageSync({ key: 'k', data: [true] })
        seen.myGet = window.my.getStorageSync({ key: 'k' })
        seen.health = window.minipoly.mini.health()
        seen.readyState = document.readyState
        seen.globals = Object.getOwnPropertyNames(window)
      } catch (error) {
        seen.error = String(error)
      }
    })
  )
})
after(async () => {
  await browser.close()
  await server.close()
})

interface Next {
  first: unknown
  counter: unknown
  object: unknown
  info: { keys: string[]; currentSize: number; limitSize: number }
  canIUse: unknown
  mySet: unknown
  myGet: { data: unknown }
  health: { driver: string }
  readyState: string
  globals: string[]
  error?: string
}

let pages = 0

/** A page with minipoly.js under these attributes, and another script right after it. */
async function classic(context: BrowserContext, attributes: Record<string, string> = {}, next = '/t/next.js'): Promise<{ page: Page; problems: string[]; next: Next }> {
  pages += 1
  const path = `/t/classic${pages}.html`
  server.add(path, html({ src: '/t/before.js' }, { src: '/minipoly.js', ...attributes }, { src: next }))
  const { page, problems } = await watched(context)
  await page.goto(server.origin + path)
  const seen = await page.evaluate(() => (window as unknown as { __next: Next }).__next)
  return { page, problems, next: seen }
}

test('wx and my are usable synchronously in the very next script', async () => {
  const context = await browser.newContext()
  const { next, problems } = await classic(context)
  assert.equal(next.error, undefined)
  assert.equal(next.first, '', 'a fresh space')
  assert.equal(next.counter, 1)
  assert.deepEqual(next.object, { list: [1, 'two'] })
  assert.deepEqual([...next.info.keys].sort(), ['counter', 'object'])
  assert.equal(next.info.limitSize, 10240)
  assert.equal(next.canIUse, true)
  assert.deepEqual(next.mySet, { success: true })
  assert.deepEqual(next.myGet.data, [true])
  assert.equal(next.readyState, 'loading', 'the script ran while the page was parsed')
  assert.equal(next.health.driver, 'localstorage', "storage 'auto' of the classic script")
  assert.deepEqual(problems, [], 'the content security policy refuses nothing')
  await context.close()
})

test('asynchronous calls of the classic script', async () => {
  const context = await browser.newContext()
  const { page, problems } = await classic(context)
  const result = await page.evaluate(async () => {
    const set = await window.wx.setStorage({ key: 'async', data: 5 })
    const got = await new Promise((done) => {
      window.wx.getStorage({ key: 'async', success: done })
    })
    const mine = await window.my.getStorage({ key: 'none' })
    return { set, got, mine }
  })
  assert.deepEqual(result.set, { errMsg: 'setStorage:ok' })
  assert.deepEqual(result.got, { data: 5, errMsg: 'getStorage:ok' })
  assert.equal((result.mine as { data: unknown }).data, null)
  assert.deepEqual(problems, [])
  await context.close()
})

const allowed = ['wx', 'my', 'minipoly', 'App', 'Page', 'getApp', 'getCurrentPages']

test('no other globals than the promised ones', async () => {
  const context = await browser.newContext()
  const { page, next } = await classic(context)
  // Later ones count too: commits, timers, callbacks.
  await page.evaluate(() => window.wx.setStorage({ key: 'k', data: 1 }))
  await page.evaluate(() => window.minipoly.mini.flush())
  const { before, later } = await page.evaluate(() => ({
    before: (window as unknown as { __before: string[] }).__before,
    later: Object.getOwnPropertyNames(window)
  }))
  const known = new Set([...before, '__before', '__next'])
  const added = (names: string[]): string[] => names.filter((name) => !known.has(name)).sort()
  for (const names of [added(next.globals), added(later)]) {
    assert.deepEqual(names.filter((name) => !allowed.includes(name)), [], 'globals that nobody promised')
    for (const name of ['wx', 'my', 'minipoly']) assert.ok(names.includes(name), `no global ${name}`)
  }
  await context.close()
})

test('data survive a reload', async () => {
  const context = await browser.newContext()
  const { page } = await classic(context)
  for (const expected of [2, 3, 4]) {
    await page.reload()
    const next = await page.evaluate(() => (window as unknown as { __next: Next }).__next)
    assert.equal(next.error, undefined)
    assert.equal(next.counter, expected)
    assert.deepEqual(next.myGet.data, [true])
  }
  await context.close()
})

test('data-app-id, data-user-id and data-plugin-id choose the space', async () => {
  const context = await browser.newContext()
  const spaces: Array<Record<string, string>> = [
    {},
    { 'data-app-id': 'one' },
    { 'data-app-id': 'two' },
    { 'data-app-id': 'one', 'data-user-id': 'ann' },
    { 'data-app-id': 'one', 'data-plugin-id': 'plugin' }
  ]
  for (const attributes of spaces) {
    const { next, page } = await classic(context, attributes)
    assert.equal(next.counter, 1, `a fresh space for ${JSON.stringify(attributes)}`)
    await page.close()
  }
  for (const attributes of spaces) {
    const { next, page } = await classic(context, attributes)
    assert.equal(next.counter, 2, `the same space again for ${JSON.stringify(attributes)}`)
    await page.close()
  }
  await context.close()
})

test('the app id of the attribute is the app id of createMini', async () => {
  const context = await browser.newContext()
  const { page: first } = await classic(context, { 'data-app-id': 'shared', 'data-user-id': 'u' })
  await first.close()
  const page = await modulePage(context, server)
  const counter = await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'shared', userId: 'u', storage: 'localstorage' })
    return mini.wx.getStorageSync('counter')
  })
  assert.equal(counter, 1)
  await context.close()
})

test('data-storage chooses the driver', async () => {
  const context = await browser.newContext()
  const { next, page } = await classic(context, { 'data-storage': 'memory' })
  assert.equal(next.health.driver, 'memory')
  await page.reload()
  const again = await page.evaluate(() => (window as unknown as { __next: Next }).__next)
  assert.equal(again.counter, 1, 'memory forgets')
  await context.close()
})

test('data-platforms leaves the other platform undefined', async () => {
  const context = await browser.newContext()
  server.add(
    '/t/types.js',
    script(() => {
      ;(window as unknown as Record<string, unknown>).__next = {
        wx: typeof (window as Partial<Window>).wx,
        my: typeof (window as Partial<Window>).my,
        mini: typeof window.minipoly.mini.my
      }
    })
  )
  const { next } = await classic(context, { 'data-platforms': 'wx' }, '/t/types.js')
  assert.deepEqual(next, { wx: 'object', my: 'undefined', mini: 'undefined' })
  await context.close()
})

test('data-durability strict stores inside the call', async () => {
  const context = await browser.newContext()
  const { page } = await classic(context, { 'data-durability': 'strict' })
  const changed = await page.evaluate(() => {
    const before = Object.values(localStorage).join('')
    window.wx.setStorageSync('k', 'strict')
    return before !== Object.values(localStorage).join('')
  })
  assert.equal(changed, true)
  await context.close()
})

test('data-options takes any other option as JSON', async () => {
  const context = await browser.newContext()
  const options = JSON.stringify({ my: { legacyInvalidParams: true } })
  const { page } = await classic(context, { 'data-options': options })
  const result = await page.evaluate(() => window.my.setStorageSync({ key: '', data: 1 }))
  assert.equal((result as { error: number }).error, 11)
  await context.close()
})

test('install() imports what the classic script stored', async () => {
  const context = await browser.newContext()
  const { page: first } = await classic(context, { 'data-app-id': 'moved' })
  await first.evaluate(() => {
    window.wx.setStorageSync('date', new Date(5))
    window.wx.setStorageSync('text', '中文 😀')
  })
  await first.close()
  for (let round = 0; round < 2; round += 1) {
    const page = await modulePage(context, server)
    const result = await page.evaluate(async () => {
      const mini = await window.harness.lib.install({ appId: 'moved' })
      const seen = {
        driver: mini.health().driver,
        counter: window.wx.getStorageSync('counter'),
        object: window.wx.getStorageSync('object'),
        date: (window.wx.getStorageSync('date') as Date).getTime(),
        text: window.wx.getStorageSync('text'),
        mine: (window.my.getStorageSync({ key: 'k' }) as { data: unknown }).data,
        keys: (window.wx.getStorageInfoSync() as { keys: string[] }).keys.length
      }
      await mini.flush()
      return seen
    })
    assert.deepEqual(
      result,
      { driver: 'indexeddb', counter: 1, object: { list: [1, 'two'] }, date: 5, text: '中文 😀', mine: [true], keys: 4 },
      `round ${round}`
    )
    await page.close()
  }
  await context.close()
})

test('what was removed after the import does not come back', async () => {
  const context = await browser.newContext()
  const { page: first } = await classic(context, { 'data-app-id': 'removed' })
  await first.close()
  const page = await modulePage(context, server)
  await page.evaluate(async () => {
    const mini = await window.harness.lib.install({ appId: 'removed' })
    window.wx.removeStorageSync('counter')
    window.wx.setStorageSync('object', 'changed')
    await mini.flush()
  })
  await page.close()
  const again = await modulePage(context, server)
  const result = await again.evaluate(async () => {
    await window.harness.lib.install({ appId: 'removed' })
    return [window.wx.getStorageSync('counter'), window.wx.getStorageSync('object')]
  })
  assert.deepEqual(result, ['', 'changed'])
  await context.close()
})

test('the classic script takes over a space that stands in IndexedDB', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'back', storage: 'indexeddb' })
    mini.wx.setStorageSync('kept', { in: 'indexeddb' })
    await mini.flush()
    await mini.close()
  })
  await page.close()
  const { page: second } = await classic(context, { 'data-app-id': 'back' })
  await until(
    async () => {
      const value = await second.evaluate(() => window.wx.getStorageSync('kept'))
      return JSON.stringify(value) === '{"in":"indexeddb"}'
    },
    () => 'the value in IndexedDB never came'
  )
  assert.equal(
    await second.evaluate(() => window.wx.getStorageSync('counter')),
    1,
    'what the page wrote meanwhile stays'
  )
  await context.close()
})

test('members of wx and my can be redefined, as request adapters do', async () => {
  const context = await browser.newContext()
  const { page, problems } = await classic(context)
  const result = await page.evaluate(() => {
    const calls: unknown[] = []
    const wx = window.wx as unknown as Record<string, unknown>
    Object.defineProperty(wx, 'request', {
      configurable: true,
      enumerable: true,
      get: () => (options: unknown) => calls.push(options)
    })
    ;(wx.request as (options: unknown) => void)({ url: '/x' })
    const original = window.wx.setStorageSync
    Object.defineProperty(wx, 'setStorageSync', {
      configurable: true,
      writable: true,
      value: (key: string, value: unknown) => {
        calls.push(key)
        return original(key, value)
      }
    })
    window.wx.setStorageSync('wrapped', 1)
    const proxy = new Proxy(window.wx, {})
    return {
      calls,
      value: proxy.getStorageSync('wrapped'),
      extensible: Object.isExtensible(window.wx) && Object.isExtensible(window.my),
      fixed: [window.wx, window.my].flatMap((api) =>
        Object.entries(Object.getOwnPropertyDescriptors(api))
          .filter(([, descriptor]) => !descriptor.configurable)
          .map(([name]) => name)
      )
    }
  })
  assert.deepEqual(result, { calls: [{ url: '/x' }, 'wrapped'], value: 1, extensible: true, fixed: [] })
  assert.deepEqual(problems, [])
  await context.close()
})
