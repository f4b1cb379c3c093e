// Browsers that refuse, miss or hang: install() settles within five seconds and
// wx works.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, modulePage, ready, watched } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { html, script, serve } from './lib/server.js'

let server: Server
let browser: Browser

before(async () => {
  server = await serve()
  browser = await launch(['--host-resolver-rules=MAP plain.test 127.0.0.1'])
})
after(async () => {
  await browser.close()
  await server.close()
})

interface Outcome {
  ms: number
  driver: string
  durable: boolean
  value: unknown
  mine: unknown
  later: unknown
  codes: string[]
  degraded: string[]
}

/** What breaks, as a script that runs before any other in the page. */
const broken = {
  noLocalStorage: () => {
    Object.defineProperty(window, 'localStorage', {
      configurable: true,
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      }
    })
  },
  nullLocalStorage: () => {
    Object.defineProperty(window, 'localStorage', { configurable: true, value: null })
  },
  fullLocalStorage: () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('exceeded the quota', 'QuotaExceededError')
    }
  },
  noIndexedDB: () => {
    Object.defineProperty(window, 'indexedDB', { configurable: true, value: undefined })
  },
  refusedIndexedDB: () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('refused', 'SecurityError')
    }
  },
  failingIndexedDB: () => {
    IDBFactory.prototype.open = () => {
      const request = new EventTarget() as unknown as { error: unknown; onerror?: (event: Event) => void }
      request.error = new DOMException('A mutation operation was attempted', 'InvalidStateError')
      setTimeout(() => {
        const event = new Event('error')
        request.onerror?.(event)
        ;(request as unknown as EventTarget).dispatchEvent(event)
      }, 5)
      return request as unknown as IDBOpenDBRequest
    }
  },
  hangingIndexedDB: () => {
    IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest
  },
  hangingLocks: () => {
    if ('locks' in navigator) {
      navigator.locks.request = () => new Promise(() => undefined)
    }
  },
  noChannels: () => {
    Object.defineProperty(window, 'BroadcastChannel', { configurable: true, value: undefined })
    Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined })
  },
  noCrypto: () => {
    Object.defineProperty(crypto, 'subtle', { configurable: true, value: undefined })
  },
  hangingCrypto: () => {
    const never = (): Promise<never> => new Promise(() => undefined)
    for (const name of ['generateKey', 'importKey', 'encrypt', 'decrypt', 'wrapKey', 'unwrapKey', 'deriveKey', 'deriveBits'] as const) {
      Object.defineProperty(SubtleCrypto.prototype, name, { configurable: true, value: never })
    }
  }
}

const table: Array<{ name: string; breaks: Array<keyof typeof broken>; driver: string; quiet?: boolean }> = [
  { name: 'localStorage refused', breaks: ['noLocalStorage'], driver: 'indexeddb' },
  { name: 'localStorage null', breaks: ['nullLocalStorage'], driver: 'indexeddb' },
  { name: 'localStorage full', breaks: ['fullLocalStorage'], driver: 'indexeddb' },
  { name: 'IndexedDB missing', breaks: ['noIndexedDB'], driver: 'localstorage' },
  { name: 'IndexedDB refused', breaks: ['refusedIndexedDB'], driver: 'localstorage' },
  { name: 'IndexedDB failing', breaks: ['failingIndexedDB'], driver: 'localstorage' },
  { name: 'IndexedDB hanging', breaks: ['hangingIndexedDB'], driver: 'localstorage' },
  { name: 'both missing', breaks: ['noLocalStorage', 'noIndexedDB'], driver: 'memory' },
  { name: 'both hanging or refused', breaks: ['noLocalStorage', 'hangingIndexedDB'], driver: 'memory' },
  { name: 'no BroadcastChannel, no Web Locks', breaks: ['noChannels'], driver: 'indexeddb', quiet: true },
  { name: 'Web Locks hanging', breaks: ['hangingLocks'], driver: 'indexeddb', quiet: true }
]

async function outcome(breaks: Array<keyof typeof broken>, origin: string): Promise<{ outcome: Outcome; problems: string[] }> {
  const context = await browser.newContext()
  const { page, problems } = await watched(context)
  for (const name of breaks) await page.addInitScript(broken[name])
  await page.goto(`${origin}/t/module.html`)
  await ready(page, problems)
  const result = await page.evaluate(async (): Promise<Outcome> => {
    const codes: string[] = []
    const start = performance.now()
    const mini = await window.harness.lib.install({
      appId: 'broken',
      onWarning: (warning) => codes.push(warning.code)
    })
    const ms = performance.now() - start
    window.wx.setStorageSync('k', { a: 1 })
    window.my.setStorageSync({ key: 'k', data: 'mine' })
    const set = window.wx.setStorage({ key: 'l', data: 2 }) as Promise<unknown>
    const later = await Promise.race([
      set.then(() => window.wx.getStorageSync('l')),
      new Promise((done) => {
        setTimeout(done, 5000, 'setStorage did not settle')
      })
    ])
    const { driver, durable, degraded } = mini.health()
    return {
      ms,
      driver,
      durable,
      value: window.wx.getStorageSync('k'),
      mine: (window.my.getStorageSync({ key: 'k' }) as { data: unknown }).data,
      later,
      codes,
      degraded
    }
  })
  await context.close()
  return { outcome: result, problems }
}

for (const { name, breaks, driver, quiet } of table) {
  test(`install() with ${name}`, { timeout: 60_000 }, async () => {
    const { outcome: seen, problems } = await outcome(breaks, server.origin)
    assert.ok(seen.ms < 5000, `install() took ${seen.ms} ms`)
    assert.equal(seen.driver, driver)
    assert.equal(seen.durable, driver !== 'memory')
    assert.deepEqual([seen.value, seen.mine, seen.later], [{ a: 1 }, 'mine', 2])
    if (quiet) return
    assert.ok(seen.codes.length > 0, 'no warning came')
    assert.ok(seen.degraded.length > 0, 'health() names no degradation')
    assert.deepEqual(problems.filter((text) => text.startsWith('uncaught')), [])
  })
}

for (const name of ['noCrypto', 'hangingCrypto'] as const) {
  test(`install() with WebCrypto ${name === 'noCrypto' ? 'missing' : 'hanging'}`, { timeout: 60_000 }, async () => {
    const { outcome: seen, problems } = await outcome([name], server.origin)
    assert.ok(seen.ms < 5000, `install() took ${seen.ms} ms`)
    assert.deepEqual([seen.value, seen.mine, seen.later], [{ a: 1 }, 'mine', 2])
    assert.deepEqual(problems.filter((text) => text.startsWith('uncaught')), [])
  })
}

test('a plain http origin, where WebCrypto and Web Locks are missing', { timeout: 60_000 }, async () => {
  const context = await browser.newContext()
  const origin = `http://plain.test:${server.port}`
  for (let round = 0; round < 3; round += 1) {
    const page = await modulePage(context, server, origin)
    const seen = await page.evaluate(async () => {
      const mini = await window.harness.lib.install({ appId: 'plain' })
      const before = [window.wx.getStorageSync('k'), (window.my.getStorageSync({ key: 'k' }) as { data: unknown }).data]
      const last = Number(before[0])
      window.wx.setStorageSync('k', last + 1)
      window.my.setStorageSync({ key: 'k', data: last + 1 })
      await mini.flush()
      return { before, secure: isSecureContext, driver: mini.health().driver }
    })
    assert.equal(seen.secure, false)
    assert.equal(seen.driver, 'indexeddb')
    assert.deepEqual(seen.before, round === 0 ? ['', null] : [round, round])
    await page.close()
  }
  await context.close()
})

for (const [name, breaks] of [
  ['localStorage refused', ['noLocalStorage']],
  ['localStorage and IndexedDB refused', ['noLocalStorage', 'noIndexedDB']],
  ['localStorage full', ['fullLocalStorage']]
] as Array<[string, Array<keyof typeof broken>]>) {
  test(`the classic script with ${name}`, { timeout: 60_000 }, async () => {
    const context = await browser.newContext()
    const { page, problems } = await watched(context)
    for (const item of breaks) await page.addInitScript(broken[item])
    server.add('/t/fallback.html', html({ src: '/minipoly.js' }, { src: '/t/fallback.js' }))
    server.add(
      '/t/fallback.js',
      script(() => {
        const out: Record<string, unknown> = {}
        ;(window as unknown as Record<string, unknown>).__next = out
        try {
          window.wx.setStorageSync('k', { a: 1 })
        } catch (error) {
          out.refused = (error as { errMsg?: string }).errMsg
        }
        out.value = window.wx.getStorageSync('k')
        out.driver = window.minipoly.mini.health().driver
        out.degraded = window.minipoly.mini.health().degraded.length
      })
    )
    await page.goto(`${server.origin}/t/fallback.html`)
    const seen = await page.evaluate(() => (window as unknown as { __next: Record<string, unknown> }).__next)
    if (name === 'localStorage full' && seen.driver === 'localstorage') {
      // Refused in the call, as the platform does when its quota is used up.
      assert.deepEqual([seen.value, seen.refused], ['', 'setStorageSync:fail exceed storage max size 10Mb'])
    } else {
      assert.deepEqual([seen.value, seen.refused], [{ a: 1 }, undefined])
      assert.equal(seen.driver, 'memory')
      assert.ok(Number(seen.degraded) > 0, 'health() names no degradation')
    }
    assert.deepEqual(problems.filter((text) => text.startsWith('uncaught')), [])
    await context.close()
  })
}
