// Rounds. Every contender of a row runs once in each round, and each round starts with another one, so that a slow
// moment of the machine hits all alike; the median over the rounds counts.
import { median, quantile, sleep, within } from './clock.js'
import type { Result } from './model.js'

export interface Runner {
  id: string
  /** One round: the time of one operation, in ms. */
  round: () => Promise<number>
}

export interface Plan {
  rounds: number
  /** Rounds before those that count: the engine compiles what is hot, caches fill. */
  warm: number
}

export async function interleave(runners: readonly Runner[], plan: Plan, scale: number): Promise<Result[]> {
  const samples = new Map<string, number[]>(runners.map((r) => [r.id, []]))
  for (let round = -plan.warm; round < plan.rounds; round++) {
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round + plan.warm) % runners.length]
      if (!runner) continue
      const value = await within(60_000, `a round of ${runner.id}`, runner.round())
      // What is left after the cost of measuring is subtracted may be a hair below nothing.
      if (round >= 0) samples.get(runner.id)?.push(Math.max(0, value * scale))
      await sleep(0)
    }
  }
  return [...samples].map(([subject, values]) => summary(subject, values))
}

export function summary(subject: string, values: readonly number[]): Result {
  return {
    subject,
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    min: quantile(values, 0),
    rounds: values.length,
  }
}
