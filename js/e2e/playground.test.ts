// The playground opens and works: one API, the quota, the to-do page, the
// choice of space, a phone screen.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { launch, until, watched } from './lib/browser.js'
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

interface Opened {
  page: Page
  problems: string[]
  at: (id: string) => Locator
}

async function open(context: BrowserContext, hash = ''): Promise<Opened> {
  const { page, problems } = await watched(context)
  await page.goto(`${server.origin}/${hash}`)
  const at = (id: string): Locator => page.getByTestId(id)
  await live(page, problems)
  return { page, problems, at }
}

/** Waits until the space is open. */
async function live(page: Page, problems: string[]): Promise<void> {
  await until(
    () => page.getByTestId('run').isEnabled(),
    () => `the playground did not open its space: ${problems.join('; ')}`
  )
}

async function shows(locator: Locator, pattern: RegExp): Promise<void> {
  let text = ''
  await until(
    async () => {
      text = await locator.innerText()
      return pattern.test(text)
    },
    () => `expected ${pattern}, got ${JSON.stringify(text)}`
  )
}

test('it opens without an error and says which driver and module it runs', async () => {
  const context = await browser.newContext()
  const { problems, at } = await open(context)
  await shows(at('health-driver'), /^indexeddb$/)
  await shows(at('health-module'), /^(TinyGo|Go)$/)
  assert.deepEqual(problems, [])
  await context.close()
})

test('an API runs: the log shows what came, the inspector what is stored', async () => {
  const context = await browser.newContext()
  const { problems, at } = await open(context)
  await at('api-select').selectOption('setStorage')
  await at('api-args').fill('{ key: "cart", data: { items: [1, 2] } }')
  await at('run').click()
  const entry = at('log').locator('[data-call="wx.setStorage"]').first()
  await shows(entry, /success[\s\S]*setStorage:ok[\s\S]*complete/)
  await shows(at('inspector'), /cart/)
  await at('api-args').fill('{ key: 42, data: 1 }')
  await at('run').click()
  await shows(
    at('log').locator('[data-call="wx.setStorage"]').first(),
    /fail[\s\S]*parameter\.key should be String instead of Number;[\s\S]*1001/
  )
  await at('api-select').selectOption('getStorageSync')
  await at('api-args').fill('"cart"')
  await at('run').click()
  await shows(at('log').locator('[data-call="wx.getStorageSync"]').first(), /items/)
  assert.deepEqual(problems, [])
  await context.close()
})

test('my runs too, and shows its own errors', async () => {
  const context = await browser.newContext()
  const { problems, at } = await open(context, '#platform=my')
  await at('api-select').selectOption('setStorageSync')
  await at('api-args').fill('{ key: "", data: 1 }')
  await at('run').click()
  await shows(at('log').locator('[data-call="my.setStorageSync"]').first(), /必填参数为空/)
  assert.deepEqual(problems, [])
  await context.close()
})

test('the quota can be filled, and overflowing shows the error of the platform', { timeout: 120_000 }, async () => {
  const context = await browser.newContext()
  const { problems, at } = await open(context)
  await at('fill').click()
  await shows(at('quota-units'), /· 90 %/)
  await at('too-long').click()
  await shows(at('log'), /entry size limit reached/)
  await at('overflow').click()
  await shows(at('log'), /exceed storage max size 10Mb/)
  await at('clean').click()
  await shows(at('quota-units'), /· 0 %/)
  assert.deepEqual(problems, [])
  await context.close()
})

test('the to-do page keeps its list over a reload', async () => {
  const context = await browser.newContext()
  const { page, problems, at } = await open(context)
  for (const text of ['buy tea', '写代码']) {
    await at('todo-input').fill(text)
    await at('todo-add').click()
    await shows(at('todo-list'), new RegExp(text))
  }
  await at('todo-list').locator('input[type=checkbox]').first().check()
  await at('todo-reload').click()
  await page.waitForLoadState()
  await live(page, problems)
  await shows(at('todo-list'), /buy tea/)
  await shows(at('todo-list'), /写代码/)
  assert.equal(await at('todo-list').locator('input[type=checkbox]:checked').count(), 1)
  assert.deepEqual(problems, [])
  await context.close()
})

test('app id, user id and driver choose another space', async () => {
  const context = await browser.newContext()
  const { page, problems, at } = await open(context)
  await at('todo-input').fill('only here')
  await at('todo-add').click()
  await shows(at('todo-list'), /only here/)
  await at('app-id').fill('another app')
  await at('app-id').press('Enter')
  await until(
    async () => !/only here/.test(await at('todo-list').innerText()),
    () => 'the other app shows the list of the first'
  )
  await live(page, problems)
  await at('driver').selectOption('localstorage')
  await shows(at('health-driver'), /^localstorage$/)
  await at('app-id').fill('playground')
  await at('app-id').press('Enter')
  await at('driver').selectOption('indexeddb')
  await shows(at('health-driver'), /^indexeddb$/)
  await shows(at('todo-list'), /only here/)
  await at('user-id').fill('somebody else')
  await at('user-id').press('Enter')
  await until(
    async () => !/only here/.test(await at('todo-list').innerText()),
    () => 'another user sees the list of the first'
  )
  assert.deepEqual(problems, [])
  await context.close()
})

test('it speaks English and Chinese', async () => {
  const context = await browser.newContext({ locale: 'en-US' })
  const { page, problems, at } = await open(context)
  await shows(at('run'), /^Run$/)
  await at('lang').click()
  await shows(at('run'), /[\u4e00-\u9fff]/)
  assert.match((await page.getAttribute('html', 'lang')) ?? '', /^zh/)
  await at('lang').click()
  await shows(at('run'), /^Run$/)
  assert.deepEqual(problems, [])
  await context.close()
})

test('on a phone nothing is cut off at the side', async () => {
  const context = await browser.newContext({ viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true })
  const { page, problems } = await open(context)
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth
  }))
  assert.ok(scroll <= width, `the page is ${scroll} wide on a screen of ${width}`)
  assert.deepEqual(problems, [])
  await context.close()
})
