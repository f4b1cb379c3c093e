// A small runner: cases one after the other, each on a fresh app id, each with
// its own watch over reported errors, unhandled rejections and the console.

import { AssertionError, fail, isPromise, ok, record, show } from './assert.js'
import type { DriverName, Library, Method, MiniOptions, MiniSubject } from './subject.js'
import { allDrivers } from './subject.js'

export interface Case {
  /** `<file> §<section> <what>`: the name that rows.json refers to. */
  name: string
  drivers: readonly DriverName[]
  /** Milliseconds; cases that move tens of megabytes need more than the rest. */
  timeout: number
  /** Why the case does not run yet. */
  skip: string
  run(t: Run): Promise<void> | void
}

export interface Result {
  name: string
  status: 'passed' | 'failed' | 'skipped'
  message: string
  case: string
  driver: DriverName
  duration: number
}

const cases: Case[] = []

export interface CaseOptions {
  drivers?: readonly DriverName[]
  timeout?: number
  skip?: string
}

export function test(name: string, run: Case['run'], options: CaseOptions = {}): void {
  const { drivers = allDrivers, timeout = 20_000, skip = '' } = options
  cases.push({ name, run, drivers, timeout, skip })
}

export function allCases(): readonly Case[] {
  return cases
}

/** What a callback-style call did. */
export interface Outcome {
  branch: 'success' | 'fail'
  value: Record<string, unknown>
  /** What the call itself returned. */
  returned: unknown
}

const runId = Math.random().toString(36).slice(2, 10)
let counter = 0

export class Run {
  readonly appId: string
  private readonly minis = new Set<MiniSubject>()
  private readonly ids = new Set<string>()
  private reported: unknown[] = []
  private unhandled: unknown[] = []
  private printed: Array<{ level: string; text: string }> = []
  private restore: Array<() => void> = []

  constructor(
    readonly library: Library,
    readonly driver: DriverName
  ) {
    this.appId = this.freshId()
  }

  /** An id that no other case and no earlier visit used. */
  freshId(): string {
    counter += 1
    const id = `conformance-${runId}-${counter}`
    this.ids.add(id)
    return id
  }

  /** True when the driver keeps its data after close(). */
  get lasting(): boolean {
    return this.driver !== 'memory'
  }

  /** A mini of this case's driver and, unless told otherwise, of this case's app id. */
  async mini(options: MiniOptions = {}): Promise<MiniSubject> {
    const mini = await this.library.createMini({ appId: this.appId, storage: this.driver, ...options })
    this.minis.add(mini)
    const live = mini.health().driver
    const wanted = options.storage ?? this.driver
    if (wanted !== 'auto') ok(live === wanted, `asked for the driver ${wanted}, health() says ${live}`)
    return mini
  }

  /** Everything committed, closed, and opened again from what the driver holds. */
  async reopen(mini: MiniSubject, options: MiniOptions = {}): Promise<MiniSubject> {
    await mini.flush()
    await mini.close()
    this.minis.delete(mini)
    return this.mini(options)
  }

  /**
   * Calls with success, fail and complete, and checks what holds for every
   * call: nothing runs before the call returns, exactly one branch, then
   * complete with the same object, with no microtask in between.
   */
  async callback(call: Method, options: Record<string, unknown> = {}): Promise<Outcome> {
    const order: string[] = []
    const given: unknown[] = []
    let inside = true
    let early = false
    let done: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      done = resolve
    })
    const note = (name: string) => (value: unknown) => {
      if (inside) early = true
      order.push(name)
      given.push(value)
      if (name !== 'complete') queueMicrotask(() => order.push('microtask'))
      else done()
    }
    const returned = call({
      ...options,
      success: note('success'),
      fail: note('fail'),
      complete: note('complete')
    })
    inside = false
    // my.* rejects its promise too; an unwatched one would count as an error.
    if (isPromise(returned)) returned.catch(() => undefined)
    await within(finished, 10_000, () => `complete did not run within 10 s (so far: ${order.join(', ') || 'nothing'})`)
    await turn()
    ok(!early, 'a callback ran before the call returned')
    const branch = order[0]
    ok(
      (branch === 'success' || branch === 'fail') && order[1] === 'complete' && order.length === 3,
      `expected one of success and fail, then complete at once; got ${order.join(', ')}`
    )
    ok(given[0] === given[1], 'complete did not get the object that the branch got')
    return { branch, value: record(given[0], `what ${branch} got`), returned }
  }

  async success(call: Method, options: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const outcome = await this.callback(call, options)
    if (outcome.branch !== 'success') fail(`expected success, got fail(${show(outcome.value)})`)
    return outcome.value
  }

  async failure(call: Method, options: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const outcome = await this.callback(call, options)
    if (outcome.branch !== 'fail') fail(`expected fail, got success(${show(outcome.value)})`)
    return outcome.value
  }

  /** Errors that reached the window since the last look; looking claims them. */
  async reportedErrors(): Promise<unknown[]> {
    // Reporting is asynchronous; give it a few turns.
    await turn()
    for (let i = 0; i < 10 && this.reported.length === 0; i += 1) await sleep(5)
    const list = this.reported
    this.reported = []
    return list
  }

  /** Rejections without a handler since the last look; looking claims them. */
  async unhandledRejections(): Promise<unknown[]> {
    // The browser tells after the microtasks of the task; give it a few turns.
    for (let i = 0; i < 20 && this.unhandled.length === 0; i += 1) await sleep(5)
    const list = this.unhandled
    this.unhandled = []
    return list
  }

  /** What went to the console in this case, as `level: text`. */
  console(): string[] {
    return this.printed.map((line) => `${line.level}: ${line.text}`)
  }

  watch(): void {
    const onError = (event: ErrorEvent): void => {
      event.preventDefault()
      this.reported.push(event.error)
    }
    const onRejection = (event: PromiseRejectionEvent): void => {
      event.preventDefault()
      this.unhandled.push(event.reason)
    }
    addEventListener('error', onError)
    addEventListener('unhandledrejection', onRejection)
    this.restore.push(() => {
      removeEventListener('error', onError)
      removeEventListener('unhandledrejection', onRejection)
    })
    for (const level of ['error', 'warn'] as const) {
      const original = Object.getOwnPropertyDescriptor(console, level)
      console[level] = (...args: unknown[]) => {
        this.printed.push({ level, text: args.map((item) => (typeof item === 'string' ? item : show(item))).join(' ') })
      }
      this.restore.push(() => {
        if (original) Object.defineProperty(console, level, original)
      })
    }
  }

  /** Errors that nobody asked for fail the case. */
  unclaimed(): string {
    if (this.reported.length) return `an error was reported: ${show(this.reported[0])}`
    if (this.unhandled.length) return `a promise was rejected without a handler: ${show(this.unhandled[0])}`
    return ''
  }

  async dispose(): Promise<void> {
    for (const mini of this.minis) {
      try {
        // platforms may leave one of the two out.
        ;(mini as Partial<MiniSubject>).wx?.clearStorageSync()
        ;(mini as Partial<MiniSubject>).my?.clearStorageSync()
        await within(mini.flush(), 3_000, () => 'flush')
      } catch {
        // A case may leave a mini in any state; clearing is only tidiness.
      }
      try {
        await within(mini.close(), 3_000, () => 'close')
      } catch {
        // The same.
      }
    }
    for (const undo of this.restore) undo()
    await sweep(this.ids)
  }
}

/** Removes what the case's minis left in the browser: only names that hold its own ids. */
async function sweep(ids: ReadonlySet<string>): Promise<void> {
  const own = (name: string): boolean => [...ids].some((id) => name.includes(id))
  try {
    for (const key of Object.keys(localStorage)) {
      if (own(key)) localStorage.removeItem(key)
    }
  } catch {
    // localStorage may be refused.
  }
  try {
    for (const { name } of await indexedDB.databases()) {
      if (name !== undefined && own(name)) indexedDB.deleteDatabase(name)
    }
  } catch {
    // Not every engine lists its databases.
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      resolve()
    }
    channel.port2.postMessage(0)
  })
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

export async function within<T>(promise: Promise<T>, ms: number, message: () => string): Promise<T> {
  let timer = 0
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new AssertionError(message()))
        }, ms)
      })
    ])
  } finally {
    clearTimeout(timer)
  }
}

export async function runCase(library: Library, item: Case, driver: DriverName): Promise<Result> {
  const name = `${item.name} [${driver}]`
  if (item.skip) return { name, status: 'skipped', message: item.skip, case: item.name, driver, duration: 0 }
  const start = performance.now()
  const run = new Run(library, driver)
  let status: Result['status'] = 'passed'
  let message = ''
  run.watch()
  try {
    await within(Promise.resolve(item.run(run)), item.timeout, () => `not finished after ${item.timeout} ms`)
    await turn()
    message = run.unclaimed()
    if (message) status = 'failed'
  } catch (error) {
    status = 'failed'
    message = error instanceof AssertionError ? error.message : describe(error)
  }
  await run.dispose()
  return {
    name,
    status,
    message,
    case: item.name,
    driver,
    duration: Math.round((performance.now() - start) * 10) / 10
  }
}

function describe(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}${error.stack ? `\n${error.stack}` : ''}`
  return show(error)
}
