// conformance.html passes in full, on each bundle that dist/ offers.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, pause, watched } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { serve } from './lib/server.js'

interface Report {
  done: boolean
  passed: number
  failed: number
  skipped: number
  results: Array<{ name: string; status: string; message: string }>
  untested: unknown[]
  error?: string
  milliseconds: number
}

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

for (const module of ['minipoly.mjs', 'storage.mjs']) {
  test(`conformance.html passes with ${module}`, { timeout: 600_000 }, async (t) => {
    const context = await browser.newContext()
    const { page, problems } = await watched(context)
    await page.goto(`${server.origin}/conformance.html?module=${module}`)
    const read = (): Promise<Report | undefined> =>
      page.evaluate(() => {
        const report = (window as unknown as { __conformance?: Report }).__conformance
        if (!report) return undefined
        const { done, passed, failed, skipped, untested, milliseconds, error } = report
        return { done, passed, failed, skipped, untested, milliseconds, error, results: done ? report.results : [] }
      })
    let report = await read()
    let last = -1
    let still = Date.now()
    while (!report?.done) {
      await pause(250)
      report = await read()
      const ran = (report?.passed ?? 0) + (report?.failed ?? 0) + (report?.skipped ?? 0)
      if (ran !== last) {
        last = ran
        still = Date.now()
      }
      assert.ok(Date.now() - still < 120_000, `nothing happened for two minutes after ${ran} cases: ${problems.join('; ')}`)
    }
    assert.equal(report.error, undefined, report.error)
    const failures = report.results.filter((result) => result.status === 'failed')
    assert.equal(
      report.failed,
      0,
      `${report.failed} of ${report.results.length} failed:\n${failures.map((item) => `${item.name}: ${item.message}`).join('\n')}`
    )
    assert.equal(report.skipped, 0, 'no case may be skipped here')
    // A page that lost its cases must not pass.
    assert.ok(report.passed > 900, `only ${report.passed} cases ran`)
    assert.equal(report.passed, report.results.length)
    // Images of revoked buffer URLs fail to load, which the browser notes on the console.
    assert.deepEqual(problems.filter((text) => !text.includes('net::ERR_FILE_NOT_FOUND')), [], 'errors on the page')
    assert.equal(await page.textContent('#verdict'), 'all passed')
    t.diagnostic(`${report.passed} cases in ${report.milliseconds} ms, ${report.untested.length} rows without a case`)
    await context.close()
  })
}

test('the report can be filtered, and its JSON downloaded', async () => {
  const context = await browser.newContext()
  const { page, problems } = await watched(context)
  await page.goto(`${server.origin}/conformance.html?driver=memory&find=${encodeURIComponent('wx-storage §2')}`)
  for (let i = 0; i < 400 && (await page.locator('#download').isHidden()); i += 1) await pause(50)
  const visible = page.locator('#report li:visible')
  const all = await visible.count()
  assert.ok(all > 30, `${all} rows in the report`)
  await page.fill('#find', 'infinity round')
  assert.equal(await visible.count(), 2, 'rows after filtering')
  await page.fill('#find', '')
  await page.selectOption('#show', 'failed')
  assert.equal(await visible.count(), 0, 'failed rows')
  await page.selectOption('#show', 'untested')
  assert.ok((await visible.count()) > 0, 'rows without a case are listed')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
  assert.equal(download.suggestedFilename(), 'conformance.json')
  assert.deepEqual(problems, [], 'errors on the page')
  await context.close()
})
