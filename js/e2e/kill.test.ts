// A tab or a browser that is killed, with no chance to run anything.

import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { executable, flags, lasting, modulePage, pause } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { serve } from './lib/server.js'

let server: Server

before(async () => {
  server = await serve()
})
after(() => server.close())

/** A browser of our own, whose processes may be killed. */
class Killable {
  private constructor(
    private readonly child: ChildProcess,
    readonly browser: Browser
  ) {}

  static async start(profile: string): Promise<Killable> {
    await rm(join(profile, 'DevToolsActivePort'), { force: true })
    const child = spawn(
      executable(),
      [...flags, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
      { stdio: 'ignore', detached: true }
    )
    let port = ''
    for (let i = 0; i < 400 && port === ''; i += 1) {
      await pause(50)
      try {
        port = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')[0] ?? ''
      } catch {
        // Not written yet.
      }
    }
    assert.notEqual(port, '', 'Chromium did not open its debugging port')
    return new Killable(child, await chromium.connectOverCDP(`http://127.0.0.1:${port}`))
  }

  get context(): BrowserContext {
    const [context] = this.browser.contexts()
    assert.ok(context)
    return context
  }

  /** SIGKILL for every renderer of this browser. */
  async killRenderers(): Promise<void> {
    const session = await this.browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter((item) => item.type === 'renderer')
    assert.ok(renderers.length > 0, 'no renderer to kill')
    for (const { id } of renderers) process.kill(id, 'SIGKILL')
  }

  /** SIGKILL for the whole browser: its own process group, so that no helper lives on. */
  async killAll(): Promise<void> {
    const gone = new Promise((done) => this.child.once('exit', done))
    assert.ok(this.child.pid)
    process.kill(-this.child.pid, 'SIGKILL')
    await gone
    await pause(200)
  }
}

/** A new page after a kill: the browser may still hand out a process that it does not know to be dead. */
async function freshPage(own: Killable): Promise<Page> {
  for (let i = 0; ; i += 1) {
    try {
      return await modulePage(own.context, server)
    } catch (error) {
      if (i === 5 || !String(error).includes('crashed')) throw error
      await pause(300)
    }
  }
}

async function withProfile(run: (profile: string) => Promise<void>): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'minipoly-kill-'))
  try {
    await run(profile)
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

for (const storage of lasting) {
  test(`${storage}: sync writes survive a killed tab`, { timeout: 120_000 }, () =>
    withProfile(async (profile) => {
      const own = await Killable.start(profile)
      try {
        for (let round = 0; round < 5; round += 1) {
          const page = await freshPage(own)
          const crashed = new Promise((done) => page.once('crash', done))
          await page.evaluate(async (driver) => {
            window.harness.minis.a = await window.harness.lib.createMini({ appId: 'killed', storage: driver })
          }, storage)
          const seen = await page.evaluate((n) => {
            const mini = window.harness.minis.a
            const last = [mini?.wx.getStorageSync('round'), String(mini?.wx.getStorageSync('large')).length]
            mini?.wx.setStorageSync('round', n)
            mini?.wx.setStorageSync('large', 'x'.repeat(10_000 + n))
            mini?.wx.removeStorageSync(`k${n - 1}`)
            mini?.wx.setStorageSync(`k${n}`, n)
            mini?.my.setStorageSync({ key: 'round', data: n })
            return last
          }, round)
          await own.killRenderers()
          await Promise.race([crashed, pause(5000)])
          await page.close().catch(() => undefined)
          assert.deepEqual(seen, round === 0 ? ['', 0] : [round - 1, 10_000 + round - 1], `round ${round}`)
        }
        const page = await freshPage(own)
        const seen = await page.evaluate(async (driver) => {
          const { wx, my } = await window.harness.lib.createMini({ appId: 'killed', storage: driver })
          return {
            round: wx.getStorageSync('round'),
            mine: (my.getStorageSync({ key: 'round' }) as { data: unknown }).data,
            keys: (wx.getStorageInfoSync() as { keys: string[] }).keys.sort()
          }
        }, storage)
        assert.deepEqual(seen, { round: 4, mine: 4, keys: ['k4', 'large', 'round'] })
      } finally {
        await own.killAll()
      }
    })
  )

  test(`${storage}: what success or flush() confirmed survives a killed browser`, { timeout: 120_000 }, () =>
    withProfile(async (profile) => {
      let own = await Killable.start(profile)
      try {
        const page = await freshPage(own)
        await page.evaluate(async (driver) => {
          const mini = await window.harness.lib.createMini({ appId: 'power', storage: driver })
          await mini.wx.setStorage({ key: 'confirmed', data: { by: 'success' } })
          mini.wx.setStorageSync('flushed', 'y'.repeat(50_000))
          mini.my.setStorageSync({ key: 'flushed', data: 'mine' })
          await mini.flush()
        }, storage)
        // Chromium itself writes localStorage to disk some seconds after setItem; no page can hurry it.
        if (storage === 'localstorage') await pause(12_000)
        await own.killAll()
        own = await Killable.start(profile)
        const again = await freshPage(own)
        const seen = await again.evaluate(async (driver) => {
          const mini = await window.harness.lib.createMini({ appId: 'power', storage: driver })
          return {
            confirmed: mini.wx.getStorageSync('confirmed'),
            flushed: String(mini.wx.getStorageSync('flushed')).length,
            mine: (mini.my.getStorageSync({ key: 'flushed' }) as { data: unknown }).data,
            lost: mini.health().lost
          }
        }, storage)
        assert.deepEqual(seen, { confirmed: { by: 'success' }, flushed: 50_000, mine: 'mine', lost: [] })
      } finally {
        await own.killAll()
      }
    })
  )
}

test('a browser killed in the middle of writing leaves a whole space', { timeout: 180_000 }, () =>
  withProfile(async (profile) => {
    let own = await Killable.start(profile)
    try {
      for (let round = 0; round < 3; round += 1) {
        const page = await freshPage(own)
        const start = await page.evaluate(async () => {
          const mini = await window.harness.lib.createMini({ appId: 'torn', storage: 'indexeddb' })
          window.harness.minis.a = mini
          const { keys } = mini.wx.getStorageInfoSync() as { keys: string[] }
          // Every value says which key and which write it is; a mixed or torn one would show.
          const bad = keys.filter((key) => {
            const value = mini.wx.getStorageSync(key) as { key?: string; n?: number; text?: string }
            return value.key !== key || value.text !== `${value.n}`.repeat(2000)
          })
          return { bad, lost: mini.health().lost, keys: keys.length }
        })
        assert.deepEqual(start.bad, [], `damaged values in round ${round}`)
        assert.deepEqual(start.lost, [], `losses in round ${round}`)
        if (round > 0) assert.ok(start.keys > 0, `nothing was kept after round ${round - 1}`)
        await page.evaluate(() => {
          const mini = window.harness.minis.a
          let n = 0
          setInterval(() => {
            for (let i = 0; i < 10; i += 1) {
              const key = `k${n % 50}`
              mini?.wx.setStorageSync(key, { key, n, text: `${n}`.repeat(2000) })
              n += 1
            }
          }, 2)
        })
        await pause(1500)
        await own.killAll()
        own = await Killable.start(profile)
      }
    } finally {
      await own.killAll()
    }
  })
)
