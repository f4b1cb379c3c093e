// Spaces of two apps and two users are apart; strangers' data stay.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { lasting, launch, modulePage, reload } from './lib/browser.js'
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
  test(`${storage}: two apps and two users are isolated, across reloads and clears`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    const spaces = [
      { appId: 'one' },
      { appId: 'two' },
      { appId: 'one', userId: 'ann' },
      { appId: 'one', userId: 'ben' },
      { appId: 'one/ann' },
      { appId: 'one', pluginId: 'ann' },
      { appId: 'one', webview: true }
    ]
    const open = { spaces, storage }
    await page.evaluate(async ({ spaces: list, storage: driver }) => {
      for (const [i, ids] of list.entries()) {
        const mini = await window.harness.lib.createMini({ ...ids, storage: driver })
        mini.wx.setStorageSync('k', i)
        mini.my.setStorageSync({ key: 'k', data: `my ${i}` })
        await mini.flush()
      }
    }, open)
    await reload(page)
    const seen = await page.evaluate(async ({ spaces: list, storage: driver }) => {
      const out: unknown[] = []
      for (const [i, ids] of list.entries()) {
        const mini = await window.harness.lib.createMini({ ...ids, storage: driver })
        out.push([mini.wx.getStorageSync('k'), (mini.my.getStorageSync({ key: 'k' }) as { data: unknown }).data])
        if (i === 1 || i === 3) {
          mini.wx.clearStorageSync()
          mini.my.clearStorageSync()
          await mini.flush()
        }
      }
      return out
    }, open)
    assert.deepEqual(seen, spaces.map((_ids, i) => [i, `my ${i}`]))
    await reload(page)
    const later = await page.evaluate(async ({ spaces: list, storage: driver }) => {
      const out: unknown[] = []
      for (const ids of list) {
        const mini = await window.harness.lib.createMini({ ...ids, storage: driver })
        out.push([mini.wx.getStorageSync('k'), (mini.my.getStorageSync({ key: 'k' }) as { data: unknown }).data])
      }
      return out
    }, open)
    assert.deepEqual(later, spaces.map((_ids, i) => (i === 1 || i === 3 ? ['', null] : [i, `my ${i}`])))
    await context.close()
  })

  test(`${storage}: clearStorage leaves strangers' localStorage keys and databases`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    const strangers = { token: 'abc', '': 'empty key', 'wx:k': '1', minipolyx: 'x', 'user settings': '{"data":1}' }
    const seen = await page.evaluate(
      async ({ strangers: list, storage: driver }) => {
        for (const [key, value] of Object.entries(list)) localStorage.setItem(key, value)
        const request = <T>(asked: IDBRequest<T>): Promise<T> =>
          new Promise((done, fail) => {
            asked.onsuccess = () => {
              done(asked.result)
            }
            asked.onerror = () => {
              fail(asked.error ?? new Error('request failed'))
            }
          })
        const opening = indexedDB.open('a stranger', 1)
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('things')
        }
        const db = await request(opening)
        await request(db.transaction('things', 'readwrite').objectStore('things').put('untouched', 'k'))
        const mini = await window.harness.lib.createMini({ appId: 'clear', storage: driver })
        mini.wx.setStorageSync('k', 1)
        mini.my.setStorageSync({ key: 'k', data: 1 })
        await mini.flush()
        await mini.wx.clearStorage()
        await mini.my.clearStorage()
        mini.wx.clearStorageSync()
        mini.my.clearStorageSync()
        await mini.flush()
        return {
          local: Object.fromEntries(Object.keys(list).map((key) => [key, localStorage.getItem(key)])),
          db: await request(db.transaction('things').objectStore('things').get('k') as IDBRequest<unknown>)
        }
      },
      { strangers, storage }
    )
    assert.deepEqual(seen, { local: strangers, db: 'untouched' })
    await context.close()
  })
}

test('a page that clears localStorage does not take what stands in IndexedDB', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'swept', storage: 'indexeddb' })
    mini.wx.setStorageSync('k', 'kept')
    mini.my.setStorageSync({ key: 'k', data: 'mine' })
    await mini.flush()
    localStorage.clear()
  })
  await reload(page)
  const seen = await page.evaluate(async () => {
    const { wx, my } = await window.harness.lib.createMini({ appId: 'swept', storage: 'indexeddb' })
    return [wx.getStorageSync('k'), (my.getStorageSync({ key: 'k' }) as { data: unknown }).data]
  })
  assert.deepEqual(seen, ['kept', 'mine'])
  await context.close()
})
