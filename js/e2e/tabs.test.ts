// Two pages of one space converge without a reload.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
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

type Driver = (typeof lasting)[number]

async function open(page: Page, appId: string, storage: Driver): Promise<void> {
  await page.evaluate(
    async (ids) => {
      window.harness.minis.a = await window.harness.lib.createMini(ids)
    },
    { appId, storage }
  )
}

async function two(context: BrowserContext, appId: string, storage: Driver): Promise<[Page, Page]> {
  const one = await modulePage(context, server)
  const other = await modulePage(context, server)
  await open(one, appId, storage)
  await open(other, appId, storage)
  return [one, other]
}

function read(page: Page, key: string): Promise<unknown> {
  return page.evaluate((name) => window.harness.minis.a?.wx.getStorageSync(name), key)
}

async function comes(page: Page, key: string, value: unknown): Promise<void> {
  let last: unknown
  await until(
    async () => {
      last = await read(page, key)
      return JSON.stringify(last) === JSON.stringify(value)
    },
    () => `${key} is ${JSON.stringify(last)}, expected ${JSON.stringify(value)}`,
    5000
  )
}

for (const storage of lasting) {
  test(`${storage}: a change is seen in the other page without a reload`, async () => {
    const context = await browser.newContext()
    const [one, other] = await two(context, 'seen', storage)
    await one.evaluate(() => {
      window.harness.minis.a?.wx.setStorageSync('k', { from: 'one' })
      window.harness.minis.a?.my.setStorageSync({ key: 'k', data: 'mine' })
    })
    await comes(other, 'k', { from: 'one' })
    await until(
      () =>
        other.evaluate(() => (window.harness.minis.a?.my.getStorageSync({ key: 'k' }) as { data: unknown }).data === 'mine'),
      () => 'the my value never came'
    )
    await other.evaluate(() => window.harness.minis.a?.wx.setStorageSync('k', 'from the other'))
    await comes(one, 'k', 'from the other')
    await one.evaluate(() => window.harness.minis.a?.wx.removeStorageSync('k'))
    await comes(other, 'k', '')
    await context.close()
  })

  test(`${storage}: asynchronous and large writes are seen too`, async () => {
    const context = await browser.newContext()
    const [one, other] = await two(context, 'asynchronous', storage)
    await one.evaluate(() => window.harness.minis.a?.wx.setStorage({ key: 'k', data: [1] }))
    await comes(other, 'k', [1])
    await other.evaluate(() =>
      window.harness.minis.a?.wx.batchSetStorage({ kvList: [{ key: 'l', value: 2 }, { key: 'k', value: 3 }] })
    )
    await comes(one, 'l', 2)
    await comes(one, 'k', 3)
    await one.evaluate(() => window.harness.minis.a?.wx.removeStorage({ key: 'k' }))
    await comes(other, 'k', '')
    // Too large for a journal beside other things.
    await one.evaluate(() => window.harness.minis.a?.wx.setStorageSync('large', 'x'.repeat(1_000_000)))
    await until(
      () => other.evaluate(() => String(window.harness.minis.a?.wx.getStorageSync('large')).length === 1_000_000),
      () => 'the large value never came'
    )
    await other.evaluate(() => window.harness.minis.a?.wx.clearStorage())
    await comes(one, 'l', '')
    await comes(one, 'large', '')
    await context.close()
  })

  test(`${storage}: different keys written in two pages are all kept`, async () => {
    const context = await browser.newContext()
    const [one, other] = await two(context, 'merge', storage)
    const write = (page: Page, name: string): Promise<void> =>
      page.evaluate(async (prefix) => {
        const mini = window.harness.minis.a
        for (let i = 0; i < 60; i += 1) {
          if (i % 3 === 0) await mini?.wx.setStorage({ key: `${prefix}${i}`, data: i })
          else mini?.wx.setStorageSync(`${prefix}${i}`, i)
          if (i % 7 === 0) {
            await new Promise((done) => {
              setTimeout(done, 1)
            })
          }
        }
        await mini?.flush()
      }, name)
    await Promise.all([write(one, 'one '), write(other, 'other ')])
    await comes(one, 'other 59', 59)
    await comes(other, 'one 59', 59)
    for (const page of [one, other]) {
      await reload(page)
      await open(page, 'merge', storage)
      const keys = await page.evaluate(() => (window.harness.minis.a?.wx.getStorageInfoSync() as { keys: string[] }).keys.length)
      assert.equal(keys, 120)
    }
    await context.close()
  })

  test(`${storage}: the last writer of a key wins in both pages`, async () => {
    const context = await browser.newContext()
    const [one, other] = await two(context, 'race', storage)
    const write = (page: Page, name: string): Promise<void> =>
      page.evaluate(async (text) => {
        const mini = window.harness.minis.a
        for (let i = 0; i < 40; i += 1) {
          mini?.wx.setStorageSync('k', `${text} ${i}`)
          await new Promise((done) => {
            setTimeout(done, 1)
          })
        }
        await mini?.flush()
      }, name)
    await Promise.all([write(one, 'one'), write(other, 'other')])
    let values: unknown[] = []
    await until(
      async () => {
        values = [await read(one, 'k'), await read(other, 'k')]
        return values[0] === values[1]
      },
      () => `the pages disagree: ${JSON.stringify(values)}`,
      5000
    )
    await reload(one)
    await open(one, 'race', storage)
    assert.equal(await read(one, 'k'), values[1], 'after a reload')
    await context.close()
  })

  test(`${storage}: a clear reaches the other page and nothing comes back`, async () => {
    const context = await browser.newContext()
    const [one, other] = await two(context, 'clear', storage)
    await one.evaluate(async () => {
      for (let i = 0; i < 20; i += 1) window.harness.minis.a?.wx.setStorageSync(`k${i}`, i)
      await window.harness.minis.a?.flush()
    })
    await comes(other, 'k19', 19)
    await other.evaluate(async () => {
      window.harness.minis.a?.wx.clearStorageSync()
      window.harness.minis.a?.wx.setStorageSync('after', 1)
      await window.harness.minis.a?.flush()
    })
    await comes(one, 'after', 1)
    await comes(one, 'k0', '')
    await one.evaluate(async () => {
      window.harness.minis.a?.wx.setStorageSync('k3', 'new')
      await window.harness.minis.a?.flush()
    })
    await comes(other, 'k3', 'new')
    for (const page of [one, other]) {
      await reload(page)
      await open(page, 'clear', storage)
      const keys = await page.evaluate(() =>
        (window.harness.minis.a?.wx.getStorageInfoSync() as { keys: string[] }).keys.sort()
      )
      assert.deepEqual(keys, ['after', 'k3'])
    }
    await context.close()
  })

  test(`${storage}: closing one page loses nothing of the other`, async () => {
    const context = await browser.newContext()
    const [one, other] = await two(context, 'closing', storage)
    await one.evaluate(() => window.harness.minis.a?.wx.setStorageSync('one', 1))
    await other.evaluate(() => window.harness.minis.a?.wx.setStorageSync('other', 2))
    await one.close({ runBeforeUnload: false })
    await comes(other, 'one', 1)
    await other.close({ runBeforeUnload: false })
    const third = await modulePage(context, server)
    await open(third, 'closing', storage)
    assert.deepEqual([await read(third, 'one'), await read(third, 'other')], [1, 2])
    await context.close()
  })
}
