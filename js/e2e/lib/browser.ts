// Chromium through playwright-core, and what the tests' pages hold.

import assert from 'node:assert/strict'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import type { Library, MiniSubject, MySubject, WxSubject } from '../../conformance/subject.js'
import type { Server } from './server.js'

/** What `/t/module.js` puts on the page. */
export interface Harness {
  lib: Library
  minis: Record<string, MiniSubject>
  warnings: Array<{ code: string; message: string }>
  /** Anything that a test wants to keep between two evaluate(). */
  seen: Record<string, unknown>
}

declare global {
  interface Window {
    harness: Harness
    wx: WxSubject
    my: MySubject
    minipoly: { mini: MiniSubject; [name: string]: unknown }
  }
}

export function executable(): string {
  const path = process.env.MINIPOLY_CHROMIUM
  if (!path) throw new Error('MINIPOLY_CHROMIUM is not set: go run ./cmd/build test sets it, or set it to a Chromium')
  return path
}

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

export function launch(args: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: executable(), args: [...flags, ...args] })
}

/** A page, with everything that went wrong in it. */
export interface Watched {
  page: Page
  /** Uncaught errors, console errors (refusals of the policy too) and failed loads. */
  problems: string[]
}

export async function watched(context: BrowserContext): Promise<Watched> {
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  return { page, problems }
}

/** A page that has loaded minipoly.mjs. */
export async function modulePage(context: BrowserContext, server: Server, origin = server.origin): Promise<Page> {
  const { page, problems } = await watched(context)
  await page.goto(`${origin}/t/module.html`)
  await ready(page, problems)
  return page
}

/** Waits until the module page has loaded the package. */
export async function ready(page: Page, problems: string[] = []): Promise<void> {
  await until(
    () => page.evaluate(() => typeof (window as Partial<Window>).harness === 'object'),
    () => `the page did not load minipoly.mjs: ${problems.join('; ')}`
  )
}

export async function reload(page: Page): Promise<void> {
  await page.reload()
  await ready(page)
}

/** Polls until the condition holds. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  message: () => string,
  ms = 10_000
): Promise<void> {
  const end = Date.now() + ms
  for (;;) {
    if (await condition()) return
    if (Date.now() > end) assert.fail(message())
    await pause(25)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms)
  })
}

/** Both drivers that keep their data. */
export const lasting = ['localstorage', 'indexeddb'] as const
