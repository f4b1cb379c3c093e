// minipoly.mjs: install() and createMini().

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, modulePage, watched } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { html, serve } from './lib/server.js'

let server: Server
let browser: Browser

before(async () => {
  server = await serve()
  browser = await launch()
})
after(async () => {
  await browser.close()
  await server.close()
})

test('install() adds the promised globals and no others', async () => {
  const context = await browser.newContext()
  const { page, problems } = await watched(context)
  server.add('/t/install.html', html({ type: 'module', src: '/t/install.js' }))
  server.add(
    '/t/install.js',
    `const before = Object.getOwnPropertyNames(window)
const lib = await import('/minipoly.mjs')
const loaded = Object.getOwnPropertyNames(window)
const mini = await lib.install({ appId: 'globals' })
wx.setStorageSync('k', 1)
await mini.flush()
const installed = Object.getOwnPropertyNames(window)
window.__seen = {
  byImport: loaded.filter((name) => !before.includes(name)),
  byInstall: installed.filter((name) => !loaded.includes(name)),
  same: mini.wx === wx && mini.my === my
}`
  )
  await page.goto(`${server.origin}/t/install.html`)
  interface Seen {
    byImport: string[]
    byInstall: string[]
    same: boolean
  }
  let seen: Seen | undefined
  for (let i = 0; i < 200 && !seen; i += 1) {
    seen = await page.evaluate(() => (window as unknown as { __seen?: Seen }).__seen)
  }
  assert.ok(seen, `install() did not finish: ${problems.join('; ')}`)
  assert.deepEqual(seen.byImport, [], 'the import alone adds nothing')
  const allowed = ['wx', 'my', 'minipoly', 'App', 'Page', 'getApp', 'getCurrentPages']
  assert.deepEqual(seen.byInstall.filter((name) => !allowed.includes(name)), [], 'globals that nobody promised')
  for (const name of ['wx', 'my']) assert.ok(seen.byInstall.includes(name), `no global ${name}`)
  assert.equal(seen.same, true, 'the globals are those of the Mini')
  assert.deepEqual(problems, [])
  await context.close()
})

test("install() with storage 'auto' is on IndexedDB", async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const driver = await page.evaluate(async () => (await window.harness.lib.install({ appId: 'auto' })).health().driver)
  assert.equal(driver, 'indexeddb')
  await context.close()
})

test("platforms: ['wx'] leaves the global my undefined", async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const seen = await page.evaluate(async () => {
    const mini = await window.harness.lib.install({ appId: 'wx only', platforms: ['wx'] })
    return { wx: typeof window.wx, my: 'my' in window ? typeof window.my : 'absent', mini: typeof mini.my }
  })
  assert.equal(seen.wx, 'object')
  assert.ok(seen.my === 'absent' || seen.my === 'undefined', `global my is ${seen.my}`)
  assert.equal(seen.mini, 'undefined')
  await context.close()
})

test('createMini() touches no global and lives beside install()', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const seen = await page.evaluate(async () => {
    const { lib } = window.harness
    const before = Object.getOwnPropertyNames(window)
    const mini = await lib.createMini({ appId: 'quiet' })
    mini.wx.setStorageSync('k', 'of the mini')
    await mini.flush()
    const added = Object.getOwnPropertyNames(window).filter((name) => !before.includes(name))
    await lib.install({ appId: 'loud' })
    const global = window.wx.getStorageSync('k')
    window.wx.setStorageSync('k', 'of the page')
    return { added, global, own: mini.wx.getStorageSync('k'), different: mini.wx !== window.wx }
  })
  assert.deepEqual(seen, { added: [], global: '', own: 'of the mini', different: true })
  await context.close()
})

test('request-like members can be redefined on the installed wx', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const seen = await page.evaluate(async () => {
    await window.harness.lib.install({ appId: 'redefine' })
    const wx = window.wx as unknown as Record<string, () => unknown>
    Object.defineProperty(wx, 'request', { configurable: true, get: () => () => 'replaced' })
    const first = wx.request?.()
    Object.defineProperty(wx, 'request', { configurable: true, writable: true, value: () => 'replaced again' })
    const second = wx.request?.()
    delete wx.request
    return { first, second, third: typeof wx.request }
  })
  assert.deepEqual(seen, { first: 'replaced', second: 'replaced again', third: 'undefined' })
  await context.close()
})

test('the module can be given as bytes, as a Module and as a URL', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const seen = await page.evaluate(async () => {
    const { lib } = window.harness
    const bytes = await (await fetch('/minipoly.wasm')).arrayBuffer()
    const compiled = await WebAssembly.compile(bytes)
    const out: unknown[] = []
    for (const wasm of [bytes, new Uint8Array(bytes), compiled, '/minipoly.wasm', new URL('/minipoly.wasm', location.href)]) {
      const mini = await lib.createMini({ appId: 'wasm', storage: 'memory', wasm } as Parameters<typeof lib.createMini>[0])
      mini.wx.setStorageSync('k', 1)
      out.push(mini.wx.getStorageSync('k'))
      await mini.close()
    }
    return out
  })
  assert.deepEqual(seen, [1, 1, 1, 1, 1])
  await context.close()
})
