// What a report holds. The page, the driver (run.mjs) and the renderer share it.

export type Unit = 'us' | 'ms' | 'bytes' | 'ratio'

/** One contender's result in one row. */
export interface Result {
  subject: string
  median: number
  /** The middle half of the rounds. */
  low: number
  high: number
  /** The fastest round, which a loaded machine disturbed least. */
  min: number
  rounds: number
}

export interface Bar {
  /** Its wording, as docs/benchmarks has it. */
  text: string
  subject: string
  /** The best of these is the yardstick; absent when the bar is a plain number. */
  against?: string[]
  /** The largest ratio, or the largest value when there is no yardstick. */
  max: number
}

export interface Row {
  id: string
  group: string
  title: string
  note?: string
  unit: Unit
  results: Result[]
  /** Contenders that cannot do this, and why. */
  unable?: Record<string, string>
  bars: Bar[]
  /** Set when the measurement cannot be trusted; the row then passes no bar. */
  fault?: string
}

export interface Report {
  format: 1
  date: string
  quick: boolean
  module: string
  environment: Record<string, string>
  versions: Record<string, string>
  rows: Row[]
  failures: string[]
}

export interface Verdict {
  bar: Bar
  value: number
  best?: Result
  pass: boolean
}

/** The bars of a row, judged. */
export function judge(row: Row): Verdict[] {
  const verdicts: Verdict[] = []
  for (const bar of row.bars) {
    const own = row.results.find((r) => r.subject === bar.subject)
    if (!own) {
      verdicts.push({ bar, value: NaN, pass: false })
      continue
    }
    if (!bar.against) {
      verdicts.push({ bar, value: own.median, pass: own.median <= bar.max && !row.fault })
      continue
    }
    let best: Result | undefined
    for (const r of row.results) {
      if (bar.against.includes(r.subject) && (!best || r.median < best.median)) best = r
    }
    if (!best) {
      verdicts.push({ bar, value: NaN, pass: false })
      continue
    }
    const value = own.median / best.median
    verdicts.push({ bar, value, best, pass: value <= bar.max && !row.fault })
  }
  return verdicts
}

/** Names as the report shows them. */
export const subjectNames: Record<string, string> = {
  minipoly: 'minipoly wx',
  'minipoly-my': 'minipoly my',
  'minipoly-ls': 'minipoly wx, localStorage driver',
  'minipoly-small': 'minipoly, 100 keys',
  'minipoly-large': 'minipoly, 100,000 keys',
  'minipoly-classic': 'minipoly.js (classic script)',
  'minipoly-esm': 'storage.mjs, createMini, wx alone',
  'minipoly-esm-ls': 'storage.mjs, wx alone, localStorage',
  'minipoly-esm-both': 'storage.mjs, wx and my (sealed)',
  'minipoly-both': 'minipoly wx and my (sealed)',
  'minipoly-seal': 'minipoly with what seals',
  taro: 'Taro',
  'taro-all': 'Taro, whole runtime',
  'taro-storage': 'Taro, storage only',
  uni: 'uni-app',
  'uni-all': 'uni-app, whole runtime',
  'uni-storage': 'uni-app, storage only',
  raw: 'localStorage + JSON',
  map: 'a Map + JSON (stores nothing)',
  'map-small': 'a Map, 100 keys',
  'map-large': 'a Map, 100,000 keys',
  'raw-idb': 'IndexedDB, bare',
  'idb-keyval': 'idb-keyval',
  'idb-keyval-many': 'idb-keyval setMany',
  localforage: 'localForage',
  rows: 'IndexedDB rows, getAll',
}

export const subjectName = (id: string): string => subjectNames[id] ?? id
