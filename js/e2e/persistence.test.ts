// What was written is there after a reload, a closed page and a navigation in
// the same task.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { lasting, launch, modulePage, reload, until } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { serve } from './lib/server.js'

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

for (const storage of lasting) {
  test(`${storage}: values and types survive a reload`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await page.evaluate(async (driver) => {
      const mini = await window.harness.lib.createMini({ appId: 'reload', storage: driver })
      const { wx, my } = mini
      wx.setStorageSync('date', new Date(1234))
      wx.setStorageSync('nan', NaN)
      wx.setStorageSync('object', { 中文: ['😀', 'a\ud800'] })
      await wx.setStorage({ key: 'secret', data: { card: 42 }, encrypt: true })
      my.setStorageSync({ key: 'mine', data: { a: null } })
      for (let i = 0; i < 300; i += 1) wx.setStorageSync(`k${i}`, i)
      wx.removeStorageSync('k7')
    }, storage)
    for (let round = 0; round < 3; round += 1) {
      await reload(page)
      const seen = await page.evaluate(async (driver) => {
        const { wx, my } = await window.harness.lib.createMini({ appId: 'reload', storage: driver })
        const secret = (await wx.getStorage({ key: 'secret', encrypt: true })) as { data: unknown }
        return {
          date: (wx.getStorageSync('date') as Date).getTime(),
          nan: Number.isNaN(wx.getStorageSync('nan')),
          object: JSON.stringify(wx.getStorageSync('object')),
          secret: secret.data,
          mine: (my.getStorageSync({ key: 'mine' }) as { data: unknown }).data,
          keys: (wx.getStorageInfoSync() as { keys: string[] }).keys.length,
          k7: wx.getStorageSync('k7'),
          k299: wx.getStorageSync('k299')
        }
      }, storage)
      assert.deepEqual(
        seen,
        {
          date: 1234,
          nan: true,
          object: JSON.stringify({ 中文: ['😀', 'a\ud800'] }),
          secret: { card: 42 },
          mine: { a: null },
          keys: 303,
          k7: '',
          k299: 299
        },
        `round ${round}`
      )
    }
    await context.close()
  })

  test(`${storage}: a sync write survives a page closed at once`, async () => {
    const context = await browser.newContext()
    for (let round = 0; round < 5; round += 1) {
      const page = await modulePage(context, server)
      await page.evaluate(async (driver) => {
        window.harness.minis.a = await window.harness.lib.createMini({ appId: 'closed', storage: driver })
      }, storage)
      const seen = await page.evaluate((n) => {
        const mini = window.harness.minis.a
        const last = mini?.wx.getStorageSync('round')
        mini?.wx.setStorageSync('round', n)
        mini?.my.setStorageSync({ key: 'round', data: n })
        return last
      }, round)
      await page.close({ runBeforeUnload: false })
      assert.equal(seen, round === 0 ? '' : round - 1, `round ${round}`)
    }
    const page = await modulePage(context, server)
    const seen = await page.evaluate(async (driver) => {
      const { wx, my } = await window.harness.lib.createMini({ appId: 'closed', storage: driver })
      return [wx.getStorageSync('round'), (my.getStorageSync({ key: 'round' }) as { data: unknown }).data]
    }, storage)
    assert.deepEqual(seen, [4, 4])
    await context.close()
  })

  test(`${storage}: a sync write survives a navigation in the same task`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await page.evaluate(async (driver) => {
      window.harness.minis.a = await window.harness.lib.createMini({ appId: 'left', storage: driver })
    }, storage)
    await page.evaluate(() => {
      window.harness.minis.a?.wx.setStorageSync('k', 'written while leaving')
      window.harness.minis.a?.wx.setStorageSync('l', 'x'.repeat(100_000))
      location.href = '/t/module.html?next'
    })
    await page.waitForURL(/\?next$/)
    await until(
      () => page.evaluate(() => typeof (window as Partial<Window>).harness === 'object'),
      () => 'the next page did not load'
    )
    const seen = await page.evaluate(async (driver) => {
      const { wx } = await window.harness.lib.createMini({ appId: 'left', storage: driver })
      return [wx.getStorageSync('k'), String(wx.getStorageSync('l')).length]
    }, storage)
    assert.deepEqual(seen, ['written while leaving', 100_000])
    await context.close()
  })

  test(`${storage}: removed and cleared stays removed and cleared`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await page.evaluate(async (driver) => {
      const mini = await window.harness.lib.createMini({ appId: 'gone', storage: driver })
      for (const key of ['a', 'b', 'c']) mini.wx.setStorageSync(key, key)
      await mini.flush()
      mini.wx.removeStorageSync('a')
    }, storage)
    await reload(page)
    const keys = await page.evaluate(async (driver) => {
      const mini = await window.harness.lib.createMini({ appId: 'gone', storage: driver })
      const before = (mini.wx.getStorageInfoSync() as { keys: string[] }).keys
      mini.wx.clearStorageSync()
      mini.wx.setStorageSync('d', 'after the clear')
      return before.sort()
    }, storage)
    assert.deepEqual(keys, ['b', 'c'])
    await reload(page)
    const later = await page.evaluate(async (driver) => {
      const mini = await window.harness.lib.createMini({ appId: 'gone', storage: driver })
      return (mini.wx.getStorageInfoSync() as { keys: string[] }).keys
    }, storage)
    assert.deepEqual(later, ['d'])
    await context.close()
  })
}

test('10 MB stand in IndexedDB and come back after a reload', { timeout: 120_000 }, async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'large', storage: 'indexeddb' })
    // Ten entries of 1 MB each but for the last unit: key and text make 10485759. The browser compresses what it
    // keeps, so the text must be noise.
    const noise = (seed: number, size: number): string => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
      const parts: string[] = []
      let state = seed + 1
      for (let i = 0; i < size; i += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        parts.push(alphabet.charAt(state >>> 26))
      }
      return parts.join('')
    }
    for (let i = 0; i < 10; i += 1) {
      const text = noise(i, 1_048_576 - 2 - (i === 9 ? 1 : 0))
      await mini.wx.setStorage({ key: `k${i}`, data: text })
    }
    await mini.flush()
  })
  await reload(page)
  const estimate = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)
  const seen = await page.evaluate(async () => {
    const { wx } = await window.harness.lib.createMini({ appId: 'large', storage: 'indexeddb' })
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const good = Array.from({ length: 10 }, (_item, i) => {
      const value = String(wx.getStorageSync(`k${i}`))
      let state = i + 1
      for (let at = 0; at < value.length; at += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        if (value.charAt(at) !== alphabet.charAt(state >>> 26)) return false
      }
      return value.length === 1_048_576 - 2 - (i === 9 ? 1 : 0)
    })
    return { good, info: wx.getStorageInfoSync(), local: Object.values(localStorage).join('').length }
  })
  assert.deepEqual(seen.good, new Array(10).fill(true))
  assert.deepEqual(seen.info, { keys: (seen.info as { keys: string[] }).keys, currentSize: 10240, limitSize: 10240 })
  assert.ok(seen.local < 4_000_000, `${seen.local} units stand in localStorage`)
  assert.ok(estimate > 5_000_000, `the browser counts only ${estimate} bytes`)
  await context.close()
})

test('the quota holds on both sides after a reload, and a refused write keeps the old value', { timeout: 120_000 }, async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'quota', storage: 'indexeddb' })
    for (let i = 0; i < 9; i += 1) mini.wx.setStorageSync(`k${i}`, 'x'.repeat(1_048_576 - 2))
    mini.wx.setStorageSync('last', 'old')
    for (let i = 0; i < 51; i += 1) mini.my.setStorageSync({ key: `k${i}`, data: 'x'.repeat(204_780) })
    mini.my.setStorageSync({ key: 'last', data: 'old' })
    await mini.flush()
  })
  await reload(page)
  const write = await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'quota', storage: 'indexeddb' })
    const { wx, my } = mini
    const out: unknown[] = []
    // 9 x 1048576 are used, the key `last` has 4 units: this reaches 10485760, which is refused.
    try {
      wx.setStorageSync('last', 'y'.repeat(1_048_576 - 4))
      out.push('accepted')
    } catch (error) {
      out.push((error as { errMsg?: string }).errMsg)
    }
    out.push(wx.getStorageSync('last'))
    wx.setStorageSync('last', 'y'.repeat(1_048_576 - 5))
    out.push(String(wx.getStorageSync('last')).length)
    out.push((my.setStorageSync({ key: 'new', data: 'x'.repeat(200_000) }) as { error?: number }).error)
    out.push((my.getStorageSync({ key: 'last' }) as { data: unknown }).data)
    await mini.flush()
    return out
  })
  assert.deepEqual(write, ['setStorageSync:fail exceed storage max size 10Mb', 'old', 1_048_571, 12, 'old'])
  await reload(page)
  const later = await page.evaluate(async () => {
    const { wx, my } = await window.harness.lib.createMini({ appId: 'quota', storage: 'indexeddb' })
    return [
      String(wx.getStorageSync('last')).length,
      (my.getStorageSync({ key: 'last' }) as { data: unknown }).data,
      (wx.getStorageInfoSync() as { currentSize: number }).currentSize
    ]
  })
  assert.deepEqual(later, [1_048_571, 'old', 10240])
  await context.close()
})
