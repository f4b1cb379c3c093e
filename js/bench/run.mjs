// Drives the benchmark in a real browser and writes the report.
//
//   node js/bench/run.mjs --dist <dir> --chromium <path> --out <dir> [--quick] [--only <part of a row's id>,...]
//
// One page measures the rows that one page can measure. Start-up, boot and memory get pages of their own, each on a host
// name of its own (x1.localhost, x2.localhost, ...), which to the browser is another site: another process, another
// localStorage, another IndexedDB. The profile is a folder on disk, as a private window keeps IndexedDB in memory.
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { extname, join, normalize, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'

const { values: flags } = parseArgs({
  options: {
    dist: { type: 'string' },
    chromium: { type: 'string' },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
if (!flags.dist || !flags.chromium || !flags.out) {
  console.error('usage: node js/bench/run.mjs --dist <dir> --chromium <path> --out <dir> [--quick] [--only <row>,...]')
  process.exit(2)
}
const dist = resolve(flags.dist)
const out = resolve(flags.out)
const only = flags.only?.split(',')
const quick = flags.quick

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/** Serves dist with the headers that make a page cross-origin isolated, which gives its clock 5 us steps. */
function serve() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname))
    const file = join(dist, path)
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
    response.setHeader('Cache-Control', 'no-store')
    stat(file).then(
      (info) => {
        if (!file.startsWith(dist) || !info.isFile()) return response.writeHead(404).end()
        response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream')
        createReadStream(file).pipe(response)
      },
      () => response.writeHead(404).end(),
    )
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)))
}

const started = Date.now()
const say = (text) => console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s] ${text}`)
const failures = []
const wanted = (...ids) => !only || ids.some((id) => only.some((part) => id.includes(part) || part.includes(id)))

const server = await serve()
const { port } = server.address()
const profile = await mkdtemp(join(tmpdir(), 'minipoly-bench-'))
const context = await chromium.launchPersistentContext(profile, {
  executablePath: flags.chromium,
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--site-per-process',
  ],
})

async function open(host, query = '') {
  const page = await context.newPage()
  page.setDefaultTimeout(0)
  page.on('console', (message) => {
    const text = message.text()
    if (text.startsWith('bench: ')) say(text.slice(7))
    else if (message.type() === 'error' && !text.includes('favicon')) say(`  page: ${text}`)
  })
  page.on('pageerror', (error) => failures.push(`page ${host}: ${error.message}`))
  await page.goto(`http://${host}.localhost:${port}/bench.html${query}`)
  await page.waitForFunction('globalThis.minipolyBench !== undefined')
  return page
}

try {
  const rows = []
  let outcome

  say('rows of one page')
  const main = await open('bench')
  if (!(await main.evaluate(() => globalThis.crossOriginIsolated)))
    failures.push('the page is not cross-origin isolated: the clock is coarse')
  const userAgent = await main.evaluate(() => navigator.userAgent)
  outcome = await main.evaluate(([q, o]) => globalThis.minipolyBench.rows(q, o ?? undefined), [quick, only ?? null])
  rows.push(...outcome.rows)
  failures.push(...outcome.failures)

  const sizeFiles = await main.evaluate(() => globalThis.minipolyBench.sizeFiles)
  const peerVersions = await main.evaluate(() => globalThis.minipolyBench.peerVersions)

  const samples = []
  if (wanted('start')) await fresh(main, 'start', samples)
  if (wanted('boot', 'memory')) {
    say('10 MB for the boot rows')
    const page = await open('boot', '?job')
    const times = await page.evaluate(() => globalThis.minipolyBench.prepareBoot())
    say(
      `  stored: ${Object.entries(times)
        .map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
        .join(', ')}`,
    )
    await page.close()
    // The browser writes its logs out for a while.
    await new Promise((done) => setTimeout(done, 10_000))
    if (wanted('boot')) await fresh(main, 'boot', samples)
  }
  if (samples.length > 0) {
    const made = await main.evaluate((s) => {
      const lost = []
      return { rows: globalThis.minipolyBench.assembleFresh(s, lost), lost }
    }, samples)
    rows.push(...made.rows)
    failures.push(...made.lost)
  }

  if (wanted('memory')) {
    try {
      rows.push(...(await memory(main)))
    } catch (error) {
      failures.push(`memory: ${error.message.split('\n')[0]}`)
    }
  }

  const sizes = {}
  for (const file of sizeFiles) {
    try {
      sizes[file] = gzipSync(await readFile(join(dist, file)), { level: 9 }).length
    } catch {
      failures.push(`${file} is not in ${dist}`)
    }
  }
  rows.push(...(await main.evaluate(([s, m]) => globalThis.minipolyBench.assembleSizes(s, m), [sizes, outcome.module])))

  const report = {
    format: 1,
    date: new Date().toISOString().slice(0, 10),
    quick,
    module: `${outcome.version} (${outcome.module})`,
    environment: {
      browser: `Chromium ${context.browser()?.version() ?? /Chrome\/([\d.]+)/.exec(userAgent)?.[1] ?? ''}, headless, profile on disk`,
      machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform}`,
      load: `${loadavg()[1]?.toFixed(1)} in the mean over 5 minutes, the run itself included`,
      clock: `${(outcome.overhead.resolution * 1000).toFixed(0)} us steps; reading it twice ${(outcome.overhead.pair * 1000).toFixed(2)} us, an empty timed task ${(outcome.overhead.task * 1000).toFixed(2)} us (subtracted where single short things are timed)`,
    },
    versions: peerVersions,
    rows,
    failures: [...new Set(failures)],
  }
  const markdown = await main.evaluate((r) => globalThis.minipolyBench.markdown(r), report)
  const html = await main.evaluate((r) => globalThis.minipolyBench.page(r), report)
  await mkdir(out, { recursive: true })
  await writeFile(join(out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`)
  await writeFile(join(out, 'report.md'), `${markdown}\n`)
  await writeFile(join(out, 'report.html'), html)
  console.log(`\n${markdown.slice(markdown.indexOf('## Bars'), markdown.indexOf('## All rows')).trim()}\n`)
  for (const failure of report.failures) console.log(`FAILURE ${failure}`)
  say(`written: ${join(out, 'report.html')}, report.md, report.json`)
} catch (error) {
  console.error(`the benchmark broke off: ${error.message}`)
  process.exitCode = 1
} finally {
  await context.close().catch(() => undefined)
  server.close()
  await rm(profile, { recursive: true, force: true }).catch(() => undefined)
}

/** Runs the jobs of one kind, each on a page of its own. */
async function fresh(main, kind, samples) {
  const plan = (await main.evaluate((q) => globalThis.minipolyBench.freshPlan(q, [1, 4]), quick)).filter(
    (job) => job.job === kind,
  )
  const broken = new Set()
  for (const [i, job] of plan.entries()) {
    if (broken.has(job.subject)) continue
    if (i % 20 === 0) say(`fresh pages, ${kind}: ${i} of ${plan.length}`)
    const page = await open(kind === 'boot' ? 'boot' : `x${i}`, '?job')
    try {
      if (job.cpu > 1) {
        const session = await context.newCDPSession(page)
        await session.send('Emulation.setCPUThrottlingRate', { rate: job.cpu })
      }
      const values = await page.evaluate(([j, serial]) => globalThis.minipolyBench.runFresh(j, serial), [job, i])
      samples.push({ ...job, values })
    } catch (error) {
      broken.add(job.subject)
      failures.push(`${kind} ${job.subject}: ${error.message.split('\n')[0]}`)
    }
    await page.close()
  }
}

/** Reads what a page holds after its garbage is gone. */
async function reading(page, session) {
  for (let i = 0; i < 3; i++) {
    await session.send('HeapProfiler.collectGarbage')
    await new Promise((done) => setTimeout(done, 200))
  }
  const heap = await session.send('Runtime.getHeapUsage')
  const counters = await session.send('Memory.getDOMCounters')
  const wasm = await page.evaluate(() => globalThis.minipolyBench.memory.wasm())
  // Where the browser counts WebAssembly memory among the backing stores, it must not count twice.
  const backing = heap.backingStorageSize ?? 0
  return { heap: heap.usedSize + Math.max(0, backing - wasm), wasm, listeners: counters.jsEventListeners }
}

async function memory(main) {
  const m = {}
  const on = async (host, use) => {
    const page = await open(host, '?job')
    const session = await context.newCDPSession(page)
    await session.send('HeapProfiler.enable')
    try {
      return await use(page, session, (name, ...args) =>
        Promise.race([
          page.evaluate(([n, a]) => globalThis.minipolyBench.memory[n](...a), [name, args]),
          new Promise((_, reject) =>
            setTimeout(() => reject(new Error(`${name}: no end after 15 minutes`)), 900_000).unref(),
          ),
        ]),
      )
    } finally {
      await page.close()
    }
  }
  say('memory: 10 MB stored')
  await on('boot', async (page, session, call) => {
    m.blank = await reading(page, session)
    await call('openBoot')
    m.booted = await reading(page, session)
    await call('readAll')
    m.read = await reading(page, session)
  })
  await on('memory1', async (page, session, call) => {
    await call('open', 'bench-empty')
    m.empty = await reading(page, session)
  })
  await on('memory2', async (page, session, call) => {
    await call('holdMap')
    m.map = await reading(page, session)
  })
  const sets = quick ? 100_000 : 1_000_000
  say(`memory: ${sets.toLocaleString('en-US')} sets with commits`)
  await on('memory3', async (page, session, call) => {
    await call('open', 'bench-sets')
    await call('sets', sets / 10)
    const before = await reading(page, session)
    const disk = await page.evaluate(() => navigator.storage.estimate().then((e) => e.usage ?? 0))
    await call('sets', sets)
    m.sets = [before, await reading(page, session), sets]
    const after = await page.evaluate(() => navigator.storage.estimate().then((e) => e.usage ?? 0))
    say(
      `  on disk, as the browser estimates it: ${(disk / 1e6).toFixed(2)} MB before, ${(after / 1e6).toFixed(2)} MB after`,
    )
    say(`  health: ${JSON.stringify(await call('health'))}`)
  })
  const calls = quick ? 2_000 : 10_000
  say(`memory: ${calls.toLocaleString('en-US')} asynchronous calls of each API`)
  await on('memory4', async (page, session, call) => {
    await call('open', 'bench-calls')
    await call('calls', calls / 10)
    const before = await reading(page, session)
    await call('calls', calls)
    m.calls = [before, await reading(page, session), calls]
  })
  return main.evaluate((s) => globalThis.minipolyBench.assembleMemory(s), m)
}
