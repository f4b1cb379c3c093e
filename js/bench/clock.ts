// Time. On a cross-origin isolated page Chromium's clock ticks in 5 us, elsewhere in 100 us, so short things are timed
// many at a time, or summed over many occurrences: the clock's grid is as often before as after the true instant.

export const now = (): number => performance.now()

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Fails when the promise takes too long: a contender that never calls back must not stop the whole run. */
export function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: no end after ${ms / 1000} s`)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return NaN
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? NaN
  const high = sorted[Math.ceil(at)] ?? NaN
  return low + (high - low) * (at - Math.floor(at))
}

const channel = new MessageChannel()
const waiting: Array<() => void> = []
channel.port1.onmessage = () => waiting.shift()?.()

/** Runs fn in a task of its own (a message event, the cheapest macrotask). */
export function task<T>(fn: () => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    waiting.push(() => {
      try {
        Promise.resolve(fn()).then(resolve, reject)
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    channel.port2.postMessage(0)
  })
}

/** How many microtask turns a timed task waits for: what was queued before, and what that queued in turn, has run. */
const turns = 4

/** Waits until the microtasks that are queued by now, and those that they queue, have run; still in the same task. */
export async function microtasks(): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve()
}

/** Runs work in a task and returns the milliseconds from its start to the end of the microtasks it caused. */
export function timedTask(work: () => void): Promise<number> {
  return task(async () => {
    const start = now()
    work()
    await microtasks()
    return now() - start
  })
}

/** What measuring itself costs, in ms; subtracted where single short things are timed. */
export interface Overhead {
  /** One pair of clock readings. */
  pair: number
  /** An empty timed task. */
  task: number
  /** The step of the clock. */
  resolution: number
}

export async function calibrate(): Promise<Overhead> {
  // Medians of many small batches: one interruption must not be subtracted from every row.
  const pairs: number[] = []
  let smallest = Infinity
  for (let batch = 0; batch < 41; batch++) {
    let sum = 0
    for (let i = 0; i < 500; i++) {
      const start = now()
      const step = now() - start
      sum += step
      if (step > 0 && step < smallest) smallest = step
    }
    pairs.push(sum / 500)
  }
  const tasks: number[] = []
  for (let batch = 0; batch < 41; batch++) {
    let sum = 0
    for (let i = 0; i < 50; i++) sum += await timedTask(() => undefined)
    tasks.push(sum / 50)
  }
  return { pair: median(pairs), task: median(tasks), resolution: smallest }
}
