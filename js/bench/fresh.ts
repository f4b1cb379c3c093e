// What needs a page of its own: start-up, boot of a large namespace, memory. Each job runs once on a page that has done
// nothing else. The driver opens such pages in processes of their own; by hand, frames of the bench page serve.
import { now, sleep } from './clock.js'
import { ascii, keys, object60, objectOf } from './data.js'
import { summary } from './harness.js'
import type { Row } from './model.js'
import { fill } from './rows.js'
import { type MiniLike, type MinipolyModule, base, loadMinipoly } from './subjects.js'

export interface FreshSample {
  job: string
  subject: string
  cpu: number
  values: Record<string, number>
}

export interface FreshJob {
  job: 'start' | 'boot'
  subject: string
  /** CPU slow-down; only the driver can do other than 1. */
  cpu: number
}

const startSubjects = [
  'minipoly-classic',
  'minipoly-esm',
  'minipoly-esm-ls',
  'minipoly-esm-both',
  'taro-all',
  'taro-storage',
  'uni-all',
  'uni-storage',
  'raw',
  'raw-idb',
]

const bootSubjects = ['minipoly', 'minipoly-both', 'rows', 'idb-keyval']

/** The order of the jobs: rounds, each beginning with another contender. */
export function freshPlan(quick: boolean, cpus: number[]): FreshJob[] {
  const jobs: FreshJob[] = []
  const add = (job: FreshJob['job'], subjects: string[], cpu: number, rounds: number): void => {
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < subjects.length; i++) {
        jobs.push({ job, subject: subjects[(i + round) % subjects.length] as string, cpu })
      }
    }
  }
  for (const cpu of cpus) add('start', startSubjects, cpu, quick ? 3 : cpu === 1 ? 11 : 7)
  add('boot', bootSubjects, 1, quick ? 3 : 9)
  return jobs
}

interface StorageGlobals {
  wx?: { getStorageSync(key: string): unknown }
  taroAll?: { getStorageSync(key: string): unknown }
  uniAll?: { getStorageSync(key: string): unknown }
}

const fetchText = async (file: string): Promise<string> => {
  const response = await fetch(base + file)
  if (!response.ok) throw new Error(`${file}: ${response.status}`)
  return response.text()
}

const fetchBytes = async (file: string): Promise<ArrayBuffer> => {
  const response = await fetch(base + file)
  if (!response.ok) throw new Error(`${file}: ${response.status}`)
  return response.arrayBuffer()
}

/** Bytes at hand to the first synchronous read of an empty store. The fetch is over before the clock starts. */
async function start(subject: string, app: string): Promise<Record<string, number>> {
  const globals = globalThis as StorageGlobals
  const script = (text: string): HTMLScriptElement => {
    const element = document.createElement('script')
    element.textContent = text
    element.dataset.appId = app
    return element
  }
  const classic = async (file: string, get: () => unknown): Promise<Record<string, number>> => {
    const element = script(await fetchText(file))
    await sleep(100)
    const begin = now()
    document.head.append(element) // runs here
    const evaluated = now()
    const value = get()
    const end = now()
    if (value !== '' && value !== null) throw new Error(`${subject}: an empty store gave ${JSON.stringify(value)}`)
    get()
    return { total: end - begin, evaluate: evaluated - begin, get: end - evaluated }
  }
  const esm = async (storage: string, platforms: string[]): Promise<Record<string, number>> => {
    const [text, seal, wasm] = await Promise.all([
      fetchText('storage.mjs'),
      fetchText('seal.mjs'),
      fetchBytes('storage.wasm'),
    ])
    const local = (source: string): string => URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
    // What stands beside the file when it is loaded from a server stands in another blob here.
    const url = local(text.replaceAll('"./seal.mjs"', JSON.stringify(local(seal))))
    await sleep(100)
    const begin = now()
    const module = (await import(url)) as MinipolyModule
    const evaluated = now()
    const mini = await module.createMini({ appId: app, storage, wasm, platforms })
    const created = now()
    const value = mini.wx.getStorageSync('absent')
    const end = now()
    if (value !== '') throw new Error(`${subject}: an empty store gave ${JSON.stringify(value)}`)
    return { total: end - begin, evaluate: evaluated - begin, create: created - evaluated, get: end - created }
  }
  switch (subject) {
    case 'minipoly-classic':
      return classic('minipoly.js', () => globals.wx?.getStorageSync('absent'))
    case 'minipoly-esm':
      return esm('auto', ['wx'])
    case 'minipoly-esm-ls':
      return esm('localstorage', ['wx'])
    case 'minipoly-esm-both':
      return esm('auto', ['wx', 'my'])
    case 'taro-all':
      return classic('bench/peers/taro-all.js', () => globals.taroAll?.getStorageSync('absent'))
    case 'taro-storage':
      return classic('bench/peers/taro-storage.js', () => globalThis.taroStorage?.getStorageSync('absent'))
    case 'uni-all':
      return classic('bench/peers/uni-all.js', () => globals.uniAll?.getStorageSync('absent'))
    case 'uni-storage':
      return classic('bench/peers/uni-storage.js', () => globalThis.uniStorage?.getStorageSync('absent'))
    case 'raw': {
      await sleep(100)
      const begin = now()
      localStorage.getItem('absent')
      return { total: now() - begin }
    }
    case 'raw-idb': {
      await sleep(100)
      const begin = now()
      const open = indexedDB.open(app, 1)
      open.onupgradeneeded = () => open.result.createObjectStore('rows')
      const db = await request(open)
      await request(db.transaction('rows').objectStore('rows').getAll())
      return { total: now() - begin }
    }
    default:
      throw new Error(`no start-up job for ${subject}`)
  }
}

// Boot: 10,000 keys with objects of 1,000 characters, 10 MB. The rows peer holds the same keys and the same texts.
const bootApp = 'bench-boot'
const bootCount = 10_000
const bootSize = 1_000
const bootKeys = keys('b:', bootCount)

const request = <T>(r: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    r.onsuccess = () => resolve(r.result)
    r.onerror = () => reject(r.error ?? new Error('the request failed'))
  })

interface StoredRow {
  key: string
  value: string
}

function openRows(): Promise<IDBDatabase> {
  const open = indexedDB.open('bench-rows', 1)
  open.onupgradeneeded = () => open.result.createObjectStore('rows', { keyPath: 'key' })
  return request(open)
}

const peerScript = async (name: string): Promise<void> => {
  const element = document.createElement('script')
  element.textContent = await fetchText(`bench/peers/${name}.js`)
  document.head.append(element)
}

/** Puts the same 10 MB into minipoly, the rows database and idb-keyval. */
export async function prepareBoot(): Promise<Record<string, number>> {
  const times: Record<string, number> = {}
  const values = bootKeys.map(() => objectOf(bootSize))
  const texts = values.map((value) => JSON.stringify(value))
  let begin = now()
  const mini = await (await loadMinipoly()).createMini({ appId: bootApp })
  await fill(mini, bootKeys, (i) => values[i])
  await mini.close()
  times.minipoly = now() - begin

  begin = now()
  const db = await openRows()
  await new Promise<void>((resolve, reject) => {
    const tx = db.transaction('rows', 'readwrite')
    const store = tx.objectStore('rows')
    bootKeys.forEach((key, i) => store.put({ key, value: texts[i] }))
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new Error('the transaction was aborted'))
  })
  db.close()
  times.rows = now() - begin

  try {
    await peerScript('idb-keyval')
    begin = now()
    await globalThis.idbKeyval?.setMany(bootKeys.map((key, i) => [key, texts[i]]))
    times['idb-keyval'] = now() - begin
  } catch {
    // the peers are not installed
  }
  return times
}

async function boot(subject: string): Promise<Record<string, number>> {
  const last = bootKeys[bootCount - 1] as string
  let value: unknown
  let total: number
  if (subject === 'minipoly' || subject === 'minipoly-both') {
    const platforms = subject === 'minipoly' ? ['wx'] : ['wx', 'my']
    const [module, wasm] = await Promise.all([loadMinipoly(), fetchBytes('minipoly.wasm')])
    await sleep(200)
    const begin = now()
    const mini = await module.createMini({ appId: bootApp, wasm, platforms })
    value = mini.wx.getStorageSync(last)
    total = now() - begin
    const stored = mini.wx.getStorageInfoSync().keys.length
    if (stored !== bootCount) throw new Error(`${stored} keys instead of ${bootCount}`)
    await mini.close()
  } else if (subject === 'rows') {
    await sleep(200)
    const begin = now()
    const db = await openRows()
    const rows = await request(db.transaction('rows').objectStore('rows').getAll() as IDBRequest<StoredRow[]>)
    value = JSON.parse(rows[bootCount - 1]?.value ?? '""')
    total = now() - begin
    db.close()
  } else {
    await peerScript('idb-keyval')
    await sleep(200)
    const begin = now()
    const entries = (await globalThis.idbKeyval?.entries()) ?? []
    value = JSON.parse((entries[bootCount - 1]?.[1] as string | undefined) ?? '""')
    total = now() - begin
  }
  if (JSON.stringify(value).length !== bootSize)
    throw new Error(`${subject}: the value that was read is not the value that was stored`)
  return { total }
}

// Memory. The driver collects garbage and reads the heap between these steps.
const held: { mini?: MiniLike; memories: WebAssembly.Memory[]; map?: Map<string, string> } = { memories: [] }

/** Notes every WebAssembly memory that is made from now on. */
function watchMemories(): void {
  const note = (instance: WebAssembly.Instance): void => {
    for (const value of Object.values(instance.exports))
      if (value instanceof WebAssembly.Memory) held.memories.push(value)
  }
  const Plain = WebAssembly.Instance
  WebAssembly.Instance = new Proxy(Plain, {
    construct(target, args: [WebAssembly.Module, WebAssembly.Imports?]) {
      const instance = new target(...args)
      note(instance)
      return instance
    },
  })
  const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (
    source: BufferSource | WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>
  WebAssembly.instantiate = (async (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const result = await instantiate(source, imports)
    note(result instanceof Plain ? result : result.instance)
    return result
  }) as typeof WebAssembly.instantiate
}

export const memory = {
  /** Bytes of WebAssembly memory on this page. */
  wasm: (): number => held.memories.reduce((sum, m) => sum + m.buffer.byteLength, 0),

  async open(app: string): Promise<void> {
    watchMemories()
    held.mini = await (await loadMinipoly()).createMini({ appId: app })
  },

  /** The namespace of the boot rows. */
  openBoot: (): Promise<void> => memory.open(bootApp),

  readAll(): number {
    let length = 0
    for (const key of bootKeys) length += JSON.stringify(held.mini?.wx.getStorageSync(key)).length
    return length
  },

  /** The least that a page can do: the same texts in a Map. */
  holdMap(): void {
    held.map = new Map(bootKeys.map((key) => [key, JSON.stringify(objectOf(bootSize))]))
  },

  /** Sets with commits: 1,000 keys in turn, flush() after each 1,000 sets. */
  async sets(count: number): Promise<void> {
    const mini = held.mini
    if (!mini) throw new Error('no mini is open')
    const names = keys('g:', 1_000)
    for (let done = 0; done < count; done += names.length) {
      for (const name of names) mini.wx.setStorageSync(name, object60())
      await mini.flush()
    }
  },

  /** Asynchronous calls of each kind, awaited in groups of 50, as promises and with callbacks in turn. */
  async calls(count: number): Promise<void> {
    const wx = held.mini?.wx
    if (!wx) throw new Error('no mini is open')
    const names = keys('c:', 50)
    type Call = (key: string, callbacks?: { success(): void; fail(): void }) => unknown
    const kinds: Call[] = [
      (key, callbacks) => wx.setStorage({ key, data: ascii(30), ...callbacks }),
      (key, callbacks) => wx.getStorage({ key, ...callbacks }),
      (_, callbacks) => wx.getStorageInfo({ ...callbacks }),
      (key, callbacks) => wx.removeStorage({ key, ...callbacks }),
      (_, callbacks) => wx.clearStorage({ ...callbacks }),
    ]
    for (const kind of kinds) {
      for (const name of names) wx.setStorageSync(name, 'x')
      for (let done = 0; done < count; done += names.length) {
        const callbacks = (done / names.length) % 2 === 1
        await Promise.all(
          names.map(
            (name) =>
              callbacks
                ? new Promise<void>((resolve) => {
                    kind(name, { success: resolve, fail: resolve })
                  })
                : Promise.resolve(kind(name)).catch(() => undefined), // a key that the last round removed
          ),
        )
      }
    }
    await held.mini?.flush()
  },

  health: (): unknown => held.mini?.health(),
}

export async function runFresh(job: FreshJob, serial: number): Promise<Record<string, number>> {
  return job.job === 'start' ? start(job.subject, `bench-start-${serial}`) : boot(job.subject)
}

/** The rows that the samples of the fresh pages make. */
export function assembleFresh(samples: FreshSample[], failures: string[]): Row[] {
  const results = (job: string, cpu: number, field: string): Row['results'] => {
    const by = new Map<string, number[]>()
    for (const s of samples) {
      const value = s.values[field]
      if (s.job !== job || s.cpu !== cpu || value === undefined) continue
      by.set(s.subject, [...(by.get(s.subject) ?? []), value])
    }
    return [...by].map(([subject, values]) => summary(subject, values))
  }
  const rows: Row[] = []
  for (const cpu of [...new Set(samples.filter((s) => s.job === 'start').map((s) => s.cpu))]) {
    const measured = results('start', cpu, 'total')
    rows.push({
      id: cpu === 1 ? 'start' : `start-${cpu}x`,
      group: 'Start-up',
      title: `Bytes at hand to the first getStorageSync on a fresh page, empty namespace${cpu === 1 ? '' : `, CPU slowed down ${cpu} x`}`,
      note: 'Compile, instantiate, init and the first opening of localStorage or IndexedDB count; the fetch does not. "localStorage + JSON" and "IndexedDB, bare" are what the browser itself takes for the first access to localStorage, and to a new database and its first read.',
      unit: 'ms',
      results: measured,
      bars:
        cpu === 1
          ? ['minipoly-classic', 'minipoly-esm'].flatMap((subject) => [
              { text: `${subject === 'minipoly-classic' ? 'minipoly.js' : 'storage.mjs'} <= 10 ms`, subject, max: 10 },
              {
                text: `${subject === 'minipoly-classic' ? 'minipoly.js' : 'storage.mjs'} <= 2 x Taro's whole runtime`,
                subject,
                against: ['taro-all'],
                max: 2,
              },
            ])
          : [],
    })
    if (cpu === 1) {
      rows.push({
        id: 'start-evaluate',
        group: 'Start-up',
        title: 'Of that, evaluating the script',
        unit: 'ms',
        results: results('start', cpu, 'evaluate'),
        bars: [],
      })
      rows.push({
        id: 'start-get',
        group: 'Start-up',
        title: 'Of that, the first getStorageSync',
        unit: 'ms',
        results: results('start', cpu, 'get'),
        bars: [],
      })
    }
  }
  if (samples.some((s) => s.job === 'boot'))
    rows.push({
      id: 'boot',
      group: 'Start-up',
      title: 'Boot of 10,000 keys of 1 KB (10 MB) to the first read, on a fresh page',
      note: 'minipoly: createMini, wx alone, with the module bytes at hand (compile included), then one getStorageSync. Rows: open, getAll, parse one row.',
      unit: 'ms',
      results: results('boot', 1, 'total'),
      unable: Object.fromEntries(
        ['raw', 'taro', 'uni'].map((id) => [id, 'localStorage holds at most 5,242,880 units an origin']),
      ),
      bars: [{ text: '<= 0.35 x getAll', subject: 'minipoly', against: ['rows'], max: 0.35 }],
    })
  for (const row of rows) if (row.results.length === 0) failures.push(`${row.id}: no sample`)
  return rows
}

export interface Sizes {
  [file: string]: number
}

/** The size rows, from gzip sizes by file name. */
export function assembleSizes(gzip: Sizes, module: string): Row[] {
  const result = (subject: string, files: string[]): Row['results'] => {
    let sum = 0
    for (const file of files) {
      const size = gzip[file]
      if (size === undefined) return []
      sum += size
    }
    return [summary(subject, [sum])]
  }
  const fault =
    module === 'tinygo'
      ? {}
      : { fault: `not the release module: built with ${module === 'go' ? 'the standard Go compiler' : module}` }
  const peers = (kind: string): Row['results'] => [
    ...result(`taro-${kind}`, [`bench/peers/taro-${kind}.js`]),
    ...result(`uni-${kind}`, [`bench/peers/uni-${kind}.js`]),
  ]
  return [
    {
      id: 'size-storage',
      group: 'Size',
      title: 'Storage only, gzip',
      note: 'storage.wasm + storage.mjs; seal.mjs comes when `my` or `encrypt` is used. The peers write to localStorage and do no more; Taro leaves even the size of what is stored out.',
      unit: 'bytes',
      results: [
        ...result('minipoly', ['storage.wasm', 'storage.mjs']),
        ...result('minipoly-seal', ['storage.wasm', 'storage.mjs', 'seal.mjs']),
        ...peers('storage'),
        ...result('idb-keyval', ['bench/peers/idb-keyval.js']),
        ...result('localforage', ['bench/peers/localforage.js']),
      ],
      bars: [{ text: '<= 30 KB gzip', subject: 'minipoly', max: 30 * 1024 }],
      ...fault,
    },
    {
      id: 'size-all',
      group: 'Size',
      title: 'Everything, gzip',
      note: 'minipoly.wasm + minipoly.mjs, and the classic script with the module inlined, against the whole runtimes.',
      unit: 'bytes',
      results: [
        ...result('minipoly', ['minipoly.wasm', 'minipoly.mjs']),
        ...result('minipoly-seal', ['minipoly.wasm', 'minipoly.mjs', 'seal.mjs']),
        ...result('minipoly-classic', ['minipoly.js']),
        ...peers('all'),
      ],
      bars: [{ text: '<= 90 KB gzip', subject: 'minipoly', max: 90 * 1024 }],
      ...fault,
    },
  ]
}

/** Files that the size rows need. */
export const sizeFiles = [
  'storage.wasm',
  'storage.mjs',
  'minipoly.wasm',
  'minipoly.mjs',
  'minipoly.js',
  'seal.mjs',
  ...['taro-storage', 'taro-all', 'uni-storage', 'uni-all', 'idb-keyval', 'localforage'].map(
    (name) => `bench/peers/${name}.js`,
  ),
]

/** Bytes of a page: JavaScript heap, its backing stores, WebAssembly memory. */
export interface HeapReading {
  heap: number
  wasm: number
  listeners: number
}

export interface MemorySamples {
  /** Without minipoly, with an empty one, with 10 MB booted, after reading all of it; the same texts in a Map. */
  blank?: HeapReading
  empty?: HeapReading
  booted?: HeapReading
  read?: HeapReading
  map?: HeapReading
  /** Before and after a million sets; before and after the asynchronous calls. */
  sets?: [HeapReading, HeapReading, number]
  calls?: [HeapReading, HeapReading, number]
}

export function assembleMemory(m: MemorySamples): Row[] {
  const rows: Row[] = []
  const bytes = (r: HeapReading): number => r.heap + r.wasm
  const data = bootCount * bootSize
  const mb = (n: number): string => `${(n / 1e6).toFixed(2)} MB`
  if (m.blank && m.booted && m.map) {
    const blank = bytes(m.blank)
    rows.push({
      id: 'memory-10mb',
      group: 'Memory',
      title: '10,000 keys of 1 KB (10 MB) in memory, in multiples of the data',
      note: `Heap, backing stores and WebAssembly memory above a blank page, after garbage collection. With an empty namespace: ${m.empty ? mb(bytes(m.empty) - blank) : 'not measured'}; after every key was read once: ${m.read ? mb(bytes(m.read) - blank) : 'not measured'}.`,
      unit: 'ratio',
      results: [
        summary('minipoly', [(bytes(m.booted) - blank) / data]),
        ...(m.read ? [summary('minipoly, after reading all', [(bytes(m.read) - blank) / data])] : []),
        summary('the same texts in a Map', [(bytes(m.map) - blank) / data]),
      ],
      unable: {
        raw: 'localStorage cannot hold 10 MB',
        taro: 'localStorage cannot hold 10 MB',
        uni: 'localStorage cannot hold 10 MB',
        'idb-keyval': 'keeps nothing in memory',
        localforage: 'keeps nothing in memory',
      },
      bars: [{ text: '<= 2.5 x the data', subject: 'minipoly', max: 2.5 }],
    })
  }
  const growth = (id: string, title: string, pair: [HeapReading, HeapReading, number] | undefined): void => {
    if (!pair) return
    const [before, after, count] = pair
    rows.push({
      id,
      group: 'Memory',
      title,
      note: `${count.toLocaleString('en-US')} operations. Before: heap ${mb(before.heap)}, WebAssembly ${mb(before.wasm)}, ${before.listeners} listeners; after: heap ${mb(after.heap)}, WebAssembly ${mb(after.wasm)}, ${after.listeners} listeners. Up to 256 KB count as no growth: compiled code and caches of the engine.`,
      unit: 'bytes',
      results: [summary('minipoly', [bytes(after) - bytes(before)])],
      bars: [{ text: 'no growth', subject: 'minipoly', max: 256 * 1024 }],
      ...(after.listeners > before.listeners
        ? { fault: `${after.listeners - before.listeners} more listeners than before` }
        : {}),
    })
  }
  growth('memory-sets', 'Growth over 1,000,000 sets with commits, 1,000 keys', m.sets)
  growth('memory-calls', 'Growth over 10,000 asynchronous calls of each storage API', m.calls)
  return rows
}
