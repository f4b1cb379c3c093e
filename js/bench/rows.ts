// The rows that one page measures. Keys and values are made outside the timed part; a timed part that is shorter than
// the clock's step is repeated and divided, or summed over many occurrences.
import { type Overhead, calibrate, microtasks, now, sleep, task, timedTask } from './clock.js'
import { LongText, ascii, chinese, keys, object60, objectOf, random } from './data.js'
import { type Plan, type Runner, interleave } from './harness.js'
import type { Bar, Row, Unit } from './model.js'
import {
  type MiniLike,
  type MinipolyModule,
  type Subject,
  loadMinipoly,
  loadPeers,
  mapSubject,
  miniSubject,
  mySubject,
} from './subjects.js'

export interface RunOptions {
  quick: boolean
  /** Only rows whose id contains one of these. */
  only?: string[]
  /** Says what is measured next, and how much of the page's rows is done (0 to 1). */
  progress: (text: string, done: number) => void
}

export interface Outcome {
  rows: Row[]
  failures: string[]
  module: string
  version: string
  overhead: Overhead
}

const us = 1000

const syncPeers = ['raw', 'taro', 'uni']

interface Spec {
  id: string
  group: string
  title: string
  note?: string
  unit?: Unit
  bars?: Bar[]
  unable?: Record<string, string>
  plan?: Partial<Plan>
  /** Prepares, and says who runs. */
  runners: () => Promise<Runner[]> | Runner[]
  /** Says what makes the numbers worthless, if anything. */
  check?: () => Promise<string | undefined>
  after?: () => Promise<void> | void
}

const bar = (text: string, max: number, against: string[], subject = 'minipoly'): Bar => ({
  text,
  subject,
  against,
  max,
})

/** Repeats fn often enough to be timed well, and returns ms per call. */
function loop(fn: (i: number) => void, count: number): number {
  const start = now()
  for (let i = 0; i < count; i++) fn(i)
  return (now() - start) / count
}

const content = (): string => {
  let text = ''
  for (let i = 0; i < localStorage.length; i++) {
    const key = localStorage.key(i) ?? ''
    text += `${key}=${(localStorage.getItem(key) ?? '').length};`
  }
  return text
}

export class Bench {
  readonly rows: Row[] = []
  readonly failures: string[] = []
  #peers: Record<string, Subject> = {}
  #module: MinipolyModule | undefined
  #overhead: Overhead = { pair: 0, task: 0, resolution: 0.1 }
  readonly #options: RunOptions
  /** Kept where the optimiser cannot remove the calls that filled it. */
  sink: unknown

  constructor(options: RunOptions) {
    this.#options = options
  }

  async run(): Promise<Outcome> {
    const { progress } = this.#options
    progress('loading the contenders', 0)
    localStorage.clear()
    this.#peers = await loadPeers(this.failures)
    let mini: MiniLike | undefined
    let local: MiniLike | undefined
    try {
      this.#module = await loadMinipoly()
      mini = await this.#mini('bench')
      local = await this.#mini('bench-local', 'localstorage')
    } catch (error) {
      this.failures.push(`minipoly did not start: ${String(error)}`)
    }
    this.#overhead = await calibrate()
    const subjects: Subject[] = []
    if (mini) subjects.push(miniSubject('minipoly', 'm:', mini))
    const extras: Subject[] = []
    if (mini) extras.push(mySubject('minipoly-my', 'y:', mini))
    if (local) extras.push(miniSubject('minipoly-ls', 'l:', local))
    extras.push(mapSubject('map', 'x:'))
    const peers = Object.values(this.#peers)

    const specs = [...this.#specs([...subjects, ...peers], extras)]
    for (const [i, spec] of specs.entries()) await this.#measure(spec, i / specs.length)

    const module = mini?.health().module ?? 'unknown'
    for (const open of [mini, local]) {
      try {
        await open?.close()
      } catch (error) {
        this.failures.push(`closing: ${String(error)}`)
      }
    }
    progress('done', 1)
    return {
      rows: this.rows,
      failures: this.failures,
      module,
      version: this.#module?.version ?? '',
      overhead: this.#overhead,
    }
  }

  #mini(appId: string, storage = 'auto'): Promise<MiniLike> {
    if (!this.#module) throw new Error('minipoly is not loaded')
    return this.#module.createMini({ appId, storage })
  }

  async #measure(spec: Spec, done: number): Promise<void> {
    const { only, quick, progress } = this.#options
    if (only && !only.some((part) => spec.id.includes(part))) return
    progress(`${spec.group}: ${spec.title}`, done)
    const plan: Plan = { rounds: quick ? 9 : 41, warm: quick ? 1 : 4, ...spec.plan }
    if (quick) plan.rounds = Math.min(plan.rounds, 9)
    const unit = spec.unit ?? 'us'
    const row: Row = {
      id: spec.id,
      group: spec.group,
      title: spec.title,
      unit,
      results: [],
      bars: spec.bars ?? [],
    }
    if (spec.note) row.note = spec.note
    if (spec.unable) row.unable = spec.unable
    try {
      row.results = await interleave(await spec.runners(), plan, unit === 'us' ? us : 1)
      const fault = await spec.check?.()
      if (fault) row.fault = fault
    } catch (error) {
      row.fault = String(error)
      this.failures.push(`${spec.id}: ${String(error)}`)
    }
    try {
      await spec.after?.()
    } catch (error) {
      this.failures.push(`${spec.id}, tidying up: ${String(error)}`)
    }
    // The next row starts from an empty localStorage, and no commit of this one is under way.
    await sleep(20)
    this.rows.push(row)
  }

  *#specs(all: Subject[], extras: Subject[]): Generator<Spec> {
    const sync = all.filter((s) => s.set && s.get)
    const wide = [...sync, ...extras]
    yield* this.#small(wide)
    yield* this.#medium(sync, wide)
    yield* this.#long(all, sync)
    for (const count of [10, 1_000, 10_000]) yield this.#info(count)
    yield* this.#async(all)
    yield* this.#scale()
  }

  /** One set of a batch in one call: keys and values are ready, the driver's work is waited for afterwards. */
  #setRunner(s: Subject, make: () => unknown, count: number, repeat: number, journal: boolean): Runner {
    const names = keys(s.prefix, count)
    const set = s.set
    if (!set) throw new Error(`${s.id} has no synchronous set`)
    return {
      id: s.id,
      round: async () => {
        let total = 0
        for (let r = 0; r < repeat; r++) {
          const values = names.map(make)
          const work = (): void => {
            for (let i = 0; i < count; i++) set(names[i] as string, values[i])
          }
          if (journal) {
            total += (await timedTask(work)) - this.#overhead.task
          } else {
            await task(() => {
              const start = now()
              work()
              total += now() - start - this.#overhead.pair
            })
          }
          await s.settled()
        }
        return total / (count * repeat)
      },
    }
  }

  #getRunner(s: Subject, make: () => unknown, names: string[], count: number): Runner {
    const get = s.get
    const set = s.set
    if (!get || !set) throw new Error(`${s.id} has no synchronous get`)
    return {
      id: s.id,
      round: async () => {
        // New values in every round, so that no round can live on what the last one parsed.
        for (const name of names) set(name, make())
        await s.settled()
        let seen: unknown
        const time = loop((i) => {
          seen = get(names[i % names.length] as string)
        }, count)
        this.sink = seen
        return time
      },
    }
  }

  /** Whether every get returns an object of its own. */
  #fresh(subjects: Subject[]): string | undefined {
    for (const s of subjects) {
      const key = s.prefix + 'fresh'
      s.set?.(key, { list: [1], inner: { a: 1 } })
      const one = s.get?.(key) as { list: number[]; inner: { a: number } }
      one.list.push(2)
      one.inner.a = 2
      const two = s.get?.(key) as { list: number[]; inner: { a: number } }
      if (two.list.length !== 1 || two.inner.a !== 1) return `${s.id} hands out the same object twice`
    }
    return undefined
  }

  /** Whether a set stands in localStorage when its task ends. */
  async #journalled(s: Subject): Promise<string | undefined> {
    await s.settled()
    const before = content()
    let after = before
    await task(async () => {
      s.set?.(s.prefix + 'journal', { id: random.below(1e9), text: ascii(20 + random.below(20)) })
      await microtasks()
      after = content()
    })
    await s.settled()
    return after === before ? `${s.id}: nothing was in localStorage when the task ended` : undefined
  }

  *#small(wide: Subject[]): Generator<Spec> {
    const group = '60 B object'
    const mini = wide.filter((s) => s.id === 'minipoly')
    if (mini.length === 0 && wide.length === 0) return
    const clear = (): void => localStorage.clear()
    yield {
      id: 'set60-call',
      group,
      title: 'setStorageSync, the call',
      note: '100 keys one after the other, each with a new value; what follows in the microtasks is not counted here.',
      bars: [bar('<= 0.10 x best peer', 0.1, syncPeers)],
      runners: () => wide.map((s) => this.#setRunner(s, object60, 100, 4, false)),
    }
    yield {
      id: 'set60-journal',
      group,
      title: 'setStorageSync, 100 distinct keys in one task, journal written, per key',
      bars: [bar('<= 0.35 x best peer per key', 0.35, syncPeers)],
      runners: () => wide.map((s) => this.#setRunner(s, object60, 100, 4, true)),
      check: async () => {
        for (const s of mini) return this.#journalled(s)
        return undefined
      },
    }
    yield {
      id: 'set60-task',
      group,
      title: 'One setStorageSync per task, journal included',
      note: 'From the start of the task to the end of its microtasks, over 100 tasks a round.',
      bars: [bar('<= 1.1 x best peer', 1.1, syncPeers)],
      runners: () =>
        wide.map((s) => {
          const names = keys(s.prefix, 100)
          return {
            id: s.id,
            round: async () => {
              const values = Array.from({ length: 100 }, object60)
              let total = 0
              for (let i = 0; i < 100; i++) {
                const key = names[i % 100] as string
                const value = values[i]
                total += await timedTask(() => s.set?.(key, value))
              }
              await s.settled()
              return total / 100 - this.#overhead.task
            },
          }
        }),
    }
    yield {
      id: 'set60-wall',
      group,
      title: 'One setStorageSync per task, wall time per set until all 200 are committed',
      note: 'Everything counts: the tasks, the journal, the commits in the background, and the wait for the last of them.',
      runners: () =>
        wide.map((s) => {
          const names = keys(s.prefix, 100)
          return {
            id: s.id,
            round: async () => {
              const values = Array.from({ length: 200 }, object60)
              await s.settled()
              const start = now()
              for (let i = 0; i < 200; i++) await task(() => s.set?.(names[i % 100] as string, values[i]))
              if (s.id.startsWith('minipoly')) await s.settled()
              return (now() - start) / 200
            },
          }
        }),
    }
    yield {
      id: 'get60',
      group,
      title: 'getStorageSync, a fresh object, 100 keys read 20 times each',
      bars: [bar('<= 0.5 x best peer', 0.5, syncPeers)],
      runners: () => wide.map((s) => this.#getRunner(s, object60, keys(s.prefix, 100), 2_000)),
      check: () => Promise.resolve(this.#fresh(wide)),
    }
    yield {
      id: 'get60-first',
      group,
      title: 'getStorageSync, a fresh object, each of 400 new values read once',
      bars: [bar('<= 0.5 x best peer', 0.5, syncPeers)],
      note: 'No value is read twice: nothing that was parsed before can be used again.',
      runners: () =>
        wide.map((s) => {
          const names = keys(s.prefix, 400)
          return {
            id: s.id,
            round: async () => {
              for (const name of names) s.set?.(name, object60())
              await s.settled()
              let seen: unknown
              const time = loop((i) => {
                seen = s.get?.(names[i] as string)
              }, 400)
              this.sink = seen
              return time
            },
          }
        }),
      after: clear,
    }
  }

  *#medium(sync: Subject[], wide: Subject[]): Generator<Spec> {
    const clear = (): void => localStorage.clear()
    const sizes: Array<{
      name: string
      id: string
      make: () => unknown
      count: number
      subjects: Subject[]
      bars: boolean
    }> = [
      { name: '20 KB object', id: '20k', make: () => objectOf(20_000), count: 10, subjects: wide, bars: true },
      { name: '1 KB object', id: '1k', make: () => objectOf(1_000), count: 40, subjects: wide, bars: false },
      { name: '4 KB object', id: '4k', make: () => objectOf(4_000), count: 20, subjects: sync, bars: false },
      {
        name: 'Chinese text, 1,000 characters',
        id: 'cn1k',
        make: () => chinese(1_000),
        count: 40,
        subjects: wide,
        bars: false,
      },
    ]
    for (const { name, id, make, count, subjects, bars } of sizes) {
      yield {
        id: `set${id}`,
        group: name,
        title: 'setStorageSync, the call',
        bars: bars ? [bar('<= 0.8 x best peer', 0.8, syncPeers)] : [],
        runners: () => subjects.map((s) => this.#setRunner(s, make, count, 3, false)),
      }
      yield {
        id: `set${id}-journal`,
        group: name,
        title: 'setStorageSync, one per task, journal included',
        runners: () =>
          subjects.map((s) => {
            const names = keys(s.prefix, count)
            return {
              id: s.id,
              round: async () => {
                const values = names.map(make)
                let total = 0
                for (let i = 0; i < count; i++) total += await timedTask(() => s.set?.(names[i] as string, values[i]))
                await s.settled()
                return total / count - this.#overhead.task
              },
            }
          }),
      }
      yield {
        id: `get${id}`,
        group: name,
        title: 'getStorageSync',
        bars: bars ? [bar('<= 1.0 x best peer', 1, syncPeers)] : [],
        runners: () => subjects.map((s) => this.#getRunner(s, make, keys(s.prefix, count), count * 4)),
        after: clear,
      }
    }
  }

  *#long(all: Subject[], sync: Subject[]): Generator<Spec> {
    const clear = (): void => localStorage.clear()
    for (const wide of [false, true]) {
      const group = wide ? '500,000 Chinese characters' : '500 KB string'
      const suffix = wide ? '-cn' : ''
      const source = new LongText(500_000, wide)
      const make = (): unknown => source.next()
      const barred = (text: string, max: number, against: string[]): Bar[] => (wide ? [] : [bar(text, max, against)])
      yield {
        id: `set500k${suffix}`,
        group,
        title: 'setStorageSync, the call',
        bars: barred('<= 0.05 x best peer', 0.05, syncPeers),
        runners: () =>
          sync.map((s) => ({
            id: s.id,
            round: async () => {
              let total = 0
              for (let i = 0; i < 2; i++) {
                const value = make()
                await task(() => {
                  const start = now()
                  s.set?.(s.prefix + 'long', value)
                  total += now() - start - this.#overhead.pair
                })
                await s.settled()
              }
              return total / 2
            },
          })),
      }
      yield {
        id: `get500k${suffix}`,
        group,
        title: 'getStorageSync',
        bars: barred('<= 0.05 x best peer', 0.05, syncPeers),
        runners: () => sync.map((s) => this.#getRunner(s, make, [s.prefix + 'long'], s.id === 'minipoly' ? 2_000 : 40)),
      }
      yield {
        id: `set500k-journal${suffix}`,
        group,
        title: 'setStorageSync, one per task, journal included',
        runners: () =>
          sync.map((s) => ({
            id: s.id,
            round: async () => {
              let total = 0
              for (let i = 0; i < 2; i++) {
                const value = make()
                total += await timedTask(() => s.set?.(s.prefix + 'long', value))
                await s.settled()
              }
              return total / 2 - this.#overhead.task
            },
          })),
        after: clear,
      }
      yield {
        id: `set500k-commit${suffix}`,
        group,
        title: 'setStorageSync, with the commit',
        note: 'Until flush() resolves; a localStorage peer is done when its call returns, an IndexedDB peer when its promise resolves.',
        bars: barred('<= 0.7 x best peer', 0.7, [...syncPeers, 'idb-keyval', 'localforage']),
        runners: () =>
          all.map((s) => ({
            id: s.id,
            round: async () => {
              let total = 0
              for (let i = 0; i < 2; i++) {
                const value = make()
                await s.settled()
                total += await task(async () => {
                  const start = now()
                  if (s.set) {
                    s.set(s.prefix + 'long', value)
                    if (s.id === 'minipoly') await s.settled()
                  } else {
                    await s.setAsync?.(s.prefix + 'long', value)
                  }
                  return now() - start
                })
              }
              return total / 2
            },
          })),
        after: clear,
      }
    }
  }

  /** getStorageInfoSync with a change before each call; the localStorage peers share one filling, as they only look. */
  #info(count: number): Spec {
    let mini: MiniLike | undefined
    const names = keys('i:', count)
    const limit = { 10: 0.5, 1_000: 0.1, 10_000: 0.05 }[count] ?? 1
    const name = count.toLocaleString('en-US')
    return {
      id: `info${count}`,
      group: 'getStorageInfoSync',
      title: `${name} keys, one of them changed before each call`,
      bars: [bar(`<= ${limit} x best peer`, limit, syncPeers)],
      plan: count > 1_000 ? { rounds: 15, warm: 1 } : {},
      runners: async () => {
        localStorage.clear()
        for (const key of names) localStorage.setItem(key, JSON.stringify({ data: ascii(20) }))
        const subjects = syncPeers.flatMap((id) => this.#peers[id] ?? [])
        if (this.#module) {
          mini = await this.#mini(`bench-info-${count}`)
          await fill(mini, names, () => ascii(20))
          subjects.unshift(miniSubject('minipoly', 'i:', mini))
        }
        return subjects.map((s) => ({
          id: s.id,
          round: async () => {
            const repeat = count > 1_000 && s.id !== 'minipoly' ? 3 : 100
            const changes = Array.from({ length: repeat }, () => ({ data: ascii(15 + random.below(10)) }))
            let total = 0
            for (let i = 0; i < repeat; i++) {
              const key = names[random.below(count)] as string
              if (s.id === 'minipoly') s.set?.(key, changes[i])
              else localStorage.setItem(key, JSON.stringify(changes[i]))
              const start = now()
              this.sink = s.info?.()
              total += now() - start
            }
            await s.settled()
            // With the cost of reading the clock, which is not far below that of the shortest calls.
            return total / repeat
          },
        }))
      },
      after: async () => {
        mini?.wx.clearStorageSync()
        await mini?.flush()
        await mini?.close()
        localStorage.clear()
      },
    }
  }

  *#async(all: Subject[]): Generator<Spec> {
    const group = 'Asynchronous'
    const writers = all.filter((s) => s.setAsync)
    const stored = writers.filter((s) => ['minipoly', 'idb-keyval', 'localforage'].includes(s.id))
    const unable = {
      taro: 'setStorage writes to localStorage: no commit to wait for',
      uni: 'setStorage writes to localStorage: no commit to wait for',
    }
    yield {
      id: 'async-set-one',
      group,
      title: 'setStorage one at a time, success after commit',
      bars: [bar('<= 0.9 x idb-keyval', 0.9, ['idb-keyval'])],
      unable,
      runners: () =>
        stored.map((s) => {
          const names = keys(s.prefix, 30)
          return {
            id: s.id,
            round: async () => {
              const values = names.map(object60)
              const start = now()
              for (let i = 0; i < names.length; i++) await s.setAsync?.(names[i] as string, values[i])
              return (now() - start) / names.length
            },
          }
        }),
    }
    yield {
      id: 'async-set-200',
      group,
      title: '200 setStorage at once, success after commit, each',
      bars: [bar('<= 0.15 x idb-keyval', 0.15, ['idb-keyval'])],
      unable,
      runners: () => {
        const runners: Runner[] = stored.map((s) => {
          const names = keys(s.prefix, 200)
          return {
            id: s.id,
            round: async () => {
              const values = names.map(object60)
              const start = now()
              await Promise.all(names.map((name, i) => s.setAsync?.(name, values[i]) ?? Promise.resolve()))
              return (now() - start) / names.length
            },
          }
        })
        const keyval = globalThis.idbKeyval
        if (keyval) {
          runners.push({
            id: 'idb-keyval-many',
            round: async () => {
              const entries = keys('k:', 200).map((name): [string, unknown] => [name, object60()])
              const start = now()
              await keyval.setMany(entries)
              return (now() - start) / entries.length
            },
          })
        }
        return runners
      },
    }
    yield {
      id: 'async-get',
      group,
      title: 'getStorage, awaited one after the other',
      bars: [bar('<= 1.0 x Taro', 1, ['taro'])],
      runners: () =>
        writers.map((s) => {
          const names = keys(s.prefix, 100)
          const count = ['idb-keyval', 'localforage'].includes(s.id) ? 50 : 1_000
          return {
            id: s.id,
            round: async () => {
              for (const name of names) {
                if (s.set) s.set(name, object60())
                else await s.setAsync?.(name, object60())
              }
              await s.settled()
              const start = now()
              for (let i = 0; i < count; i++) this.sink = await s.getAsync?.(names[i % 100] as string)
              return (now() - start) / count
            },
          }
        }),
    }
    yield {
      id: 'async-get-callback',
      group,
      title: 'getStorage with a success callback, one after the other',
      note: 'A platform never calls back before the call has returned; Taro and uni-app do. The time is until the callback.',
      runners: () =>
        writers
          .filter((s) => s.getCallback)
          .map((s) => {
            const names = keys(s.prefix, 100)
            return {
              id: s.id,
              round: async () => {
                const start = now()
                for (let i = 0; i < 1_000; i++) {
                  await new Promise<void>((resolve) => s.getCallback?.(names[i % 100] as string, resolve))
                }
                return (now() - start) / 1_000
              },
            }
          }),
      after: () => localStorage.clear(),
    }
  }

  *#scale(): Generator<Spec> {
    const minis: MiniLike[] = []
    type Entry = { s: Subject; names: string[] }
    let entries: Entry[] | undefined
    const build = async (): Promise<Entry[]> => {
      if (entries || !this.#module) return entries ?? []
      entries = []
      for (const [id, count] of [
        ['small', 100],
        ['large', 100_000],
      ] as const) {
        const names = keys('s:', count)
        const mini = await this.#mini(`bench-${id}`)
        minis.push(mini)
        await fill(mini, names, object60)
        const map = mapSubject(`map-${id}`, 's:')
        for (const name of names) map.set?.(name, object60())
        entries.push({ s: miniSubject(`minipoly-${id}`, 's:', mini), names }, { s: map, names })
      }
      return entries
    }
    const group = 'Many keys'
    /** 1,000 sets in one task: of 100 keys in turn, or of keys picked from all. */
    const runner = ({ s, names }: Entry, same: boolean, journal: boolean): Runner => ({
      id: s.id,
      round: async () => {
        const pick = (count: number): string[] =>
          Array.from({ length: count }, () => names[random.below(names.length)] as string)
        let total = 0
        for (let r = 0; r < 3; r++) {
          const some = pick(same ? 100 : 1_000)
          const picked = Array.from({ length: 1_000 }, (_, i) => some[i % some.length] as string)
          const values = picked.map(object60)
          const work = (): void => {
            for (let i = 0; i < 1_000; i++) s.set?.(picked[i] as string, values[i])
          }
          if (journal) total += (await timedTask(work)) - this.#overhead.task
          else total += await task(() => loop(work, 1))
          await s.settled()
        }
        return total / 3_000
      },
    })
    const limit = bar('100,000 keys <= 1.3 x 100 keys', 1.3, ['minipoly-small'], 'minipoly-large')
    yield {
      id: 'scale-set',
      group,
      title: 'setStorageSync of 100 keys out of the namespace, the call',
      note: '60 B objects; the same work in a small and a large namespace: 1,000 sets in one task, of 100 keys picked at random. The peers keep at most 5,242,880 units an origin and count nothing on a set; they are not compared here.',
      bars: [limit],
      runners: async () => (await build()).map((entry) => runner(entry, true, false)),
    }
    yield {
      id: 'scale-set-journal',
      group,
      title: 'The same, journal written, per set',
      bars: [limit],
      runners: async () =>
        (await build()).filter(({ s }) => s.id.startsWith('minipoly')).map((entry) => runner(entry, true, true)),
    }
    yield {
      id: 'scale-set-random',
      group,
      title: 'setStorageSync of 1,000 keys picked at random from all, the call',
      note: "Nothing of 100,000 keys that are touched at random is in the processor's caches: a plain Map shows how much of the difference is that.",
      runners: async () => (await build()).map((entry) => runner(entry, false, false)),
    }
    yield {
      id: 'scale-set-commit',
      group,
      title: 'One set until flush() resolves',
      runners: async () =>
        (await build())
          .filter(({ s }) => s.id.startsWith('minipoly'))
          .map(({ s, names }) => ({
            id: s.id,
            round: async () => {
              const start = now()
              for (let i = 0; i < 10; i++) {
                s.set?.(names[random.below(names.length)] as string, object60())
                await s.settled()
              }
              return (now() - start) / 10
            },
          })),
      after: async () => {
        for (const mini of minis) {
          mini.wx.clearStorageSync()
          await mini.flush()
          await mini.close()
        }
      },
    }
  }
}

/** Fills a namespace through the public API, in portions that the journal's place in localStorage can hold. */
export async function fill(mini: MiniLike, names: readonly string[], make: (i: number) => unknown): Promise<void> {
  const portion = 500
  for (let at = 0; at < names.length; at += portion) {
    const end = Math.min(at + portion, names.length)
    for (let i = at; i < end; i++) mini.wx.setStorageSync(names[i] as string, make(i))
    await mini.flush()
  }
}
