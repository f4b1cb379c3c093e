// The bench page. By hand: the Run button. Driven: `globalThis.minipolyBench`, which run.mjs calls. With `?job` the page
// stays bare, as a fresh page for one job.
import { calibrate, sleep } from './clock.js'
import {
  type FreshSample,
  assembleFresh,
  assembleMemory,
  assembleSizes,
  freshPlan,
  memory,
  prepareBoot,
  runFresh,
  sizeFiles,
} from './fresh.js'
import type { Report, Row } from './model.js'
import { toMarkdown, toPage, toTree } from './report.js'
import { Bench } from './rows.js'
import { base, peerVersions } from './subjects.js'
import { toDom } from './tree.js'

const api = {
  /** The rows of one page; progress goes to the console, for the driver. */
  rows: (quick: boolean, only?: string[]) =>
    new Bench({ quick, ...(only ? { only } : {}), progress: (text) => console.log(`bench: ${text}`) }).run(),
  freshPlan,
  prepareBoot,
  runFresh,
  memory,
  sizeFiles,
  assembleFresh,
  assembleSizes,
  assembleMemory,
  peerVersions,
  markdown: toMarkdown,
  page: (report: Report) => toPage(report, document.querySelector('style')?.textContent ?? ''),
}

export type BenchApi = typeof api
type Global = typeof globalThis & { minipolyBench?: BenchApi }
;(globalThis as Global).minipolyBench = api

async function gzipSize(file: string): Promise<number | undefined> {
  const response = await fetch(base + file)
  if (!response.ok || !response.body) return undefined
  const packed = await new Response(response.body.pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
  return packed.byteLength
}

/** A frame with a bare copy of this page: the nearest to a fresh page that a page can make by itself. */
async function inFrame<T>(use: (bench: BenchApi) => Promise<T>): Promise<T> {
  const frame = document.createElement('iframe')
  frame.src = `${location.pathname}?job`
  frame.hidden = true
  document.body.append(frame)
  try {
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
    let bench: BenchApi | undefined
    for (let i = 0; i < 200 && !bench; i++) {
      bench = (frame.contentWindow as (Window & Global) | null)?.minipolyBench
      if (!bench) await sleep(10)
    }
    if (!bench) throw new Error('the frame did not load')
    return await use(bench)
  } finally {
    frame.remove()
  }
}

async function byHand(quick: boolean, show: (text: string, done: number) => void): Promise<Report> {
  const overhead = await calibrate()
  const outcome = await new Bench({ quick, progress: (text, done) => show(text, done * 0.7) }).run()
  const rows: Row[] = outcome.rows
  const failures = outcome.failures
  show('storing 10 MB for the boot rows', 0.7)
  const samples: FreshSample[] = []
  const plan = freshPlan(quick, [1])
  try {
    await inFrame((bench) => bench.prepareBoot())
    for (const [i, job] of plan.entries()) {
      show(`fresh frame ${i + 1} of ${plan.length}: ${job.job} ${job.subject}`, 0.72 + (0.28 * i) / plan.length)
      try {
        samples.push({ ...job, values: await inFrame((bench) => bench.runFresh(job, i)) })
      } catch (error) {
        failures.push(`${job.job} ${job.subject}: ${String(error)}`)
      }
    }
    rows.push(...assembleFresh(samples, failures))
  } catch (error) {
    failures.push(`fresh frames: ${String(error)}`)
  }
  const sizes: Record<string, number> = {}
  for (const file of sizeFiles) {
    const size = await gzipSize(file)
    if (size !== undefined) sizes[file] = size
  }
  rows.push(...assembleSizes(sizes, outcome.module))
  return {
    format: 1,
    date: new Date().toISOString().slice(0, 10),
    quick,
    module: `${outcome.version} (${outcome.module})`,
    environment: {
      browser: navigator.userAgent,
      processors: String(navigator.hardwareConcurrency),
      clock: `${(overhead.resolution * 1000).toFixed(0)} us steps${crossOriginIsolated ? '' : ', as the page is not cross-origin isolated: short rows are rough'}`,
      'fresh pages':
        'frames of this page (go run ./cmd/build bench uses pages in processes of their own, and measures memory too)',
    },
    versions: peerVersions,
    rows,
    failures: [...new Set(failures)],
  }
}

function ui(): void {
  const find = <T extends HTMLElement>(id: string, type: new () => T): T => {
    const element = document.getElementById(id)
    if (!(element instanceof type)) throw new Error(`bench.html has no ${type.name} #${id}`)
    return element
  }
  const button = find('run', HTMLButtonElement)
  const quick = find('quick', HTMLInputElement)
  const status = find('status', HTMLElement)
  const bar = find('progress', HTMLProgressElement)
  const output = find('report', HTMLElement)
  button.disabled = false
  button.addEventListener('click', () => {
    button.disabled = true
    bar.hidden = false
    output.replaceChildren()
    void byHand(quick.checked, (text, done) => {
      status.textContent = text
      bar.value = done
    })
      .then((report) => {
        output.append(...toTree(report).map(toDom))
        status.textContent = ''
      })
      .catch((error: unknown) => {
        status.textContent = String(error)
      })
      .finally(() => {
        button.disabled = false
        bar.hidden = true
      })
  })
}

if (!new URLSearchParams(location.search).has('job')) ui()
