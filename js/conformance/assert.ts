// Assertions that say what was expected and what came.

export class AssertionError extends Error {
  override name = 'AssertionError'
}

export function fail(message: string): never {
  throw new AssertionError(message)
}

export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message)
}

export function tag(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** A short text of any value, for messages. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const text = value.length > 160 ? `${value.slice(0, 80)}...(${value.length} units)` : value
    return JSON.stringify(text)
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) {
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol') return value.toString()
  if (typeof value === 'function') return `function ${value.name}`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Error) return `${value.name}(${show(value.message)})`
  try {
    const text = JSON.stringify(value, (_key, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) return String(item)
      if (item === undefined) return 'undefined'
      if (typeof item === 'bigint') return `${item}n`
      return item
    })
    const short = text.length > 200 ? `${text.slice(0, 200)}...` : text
    return tag(value) === 'Object' || Array.isArray(value) ? short : `${tag(value)} ${short}`
  } catch {
    return tag(value)
  }
}

/** Object.is: tells 0 from -0, and NaN equals NaN. */
export function equal(got: unknown, expected: unknown, what: string): void {
  if (!Object.is(got, expected)) fail(`${what}: expected ${show(expected)}, got ${show(got)}`)
}

export function match(got: unknown, pattern: RegExp, what: string): void {
  if (typeof got !== 'string' || !pattern.test(got)) fail(`${what}: expected a text like ${pattern}, got ${show(got)}`)
}

function difference(got: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(got, expected)) return undefined
  const wrong = `${path}: expected ${show(expected)}, got ${show(got)}`
  if (typeof got !== 'object' || typeof expected !== 'object' || got === null || expected === null) return wrong
  if (tag(got) !== tag(expected)) return wrong
  if (expected instanceof Date) {
    return got instanceof Date && Object.is(got.getTime(), expected.getTime()) ? undefined : wrong
  }
  const left = got as Record<string, unknown>
  const right = expected as Record<string, unknown>
  const gotKeys = Object.keys(left)
  const expectedKeys = Object.keys(right)
  for (const key of expectedKeys) {
    if (!Object.hasOwn(left, key)) return `${path}.${key} is missing, got ${show(got)}`
  }
  for (const key of gotKeys) {
    if (!Object.hasOwn(right, key)) return `${path}.${key} is too much, got ${show(got)}`
  }
  if (Array.isArray(expected) && Array.isArray(got) && expected.length !== got.length) {
    return `${path}.length: expected ${expected.length}, got ${got.length}`
  }
  for (const key of expectedKeys) {
    const found = difference(left[key], right[key], `${path}.${key}`)
    if (found) return found
  }
  return undefined
}

/** Own enumerable members, recursively; dates by their time; order of keys does not matter. */
export function deepEqual(got: unknown, expected: unknown, what: string): void {
  const found = difference(got, expected, what)
  if (found) fail(found)
}

export function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) fail(`${what}: expected an object, got ${show(value)}`)
  return value as Record<string, unknown>
}

/** What the call throws; failing when it does not. */
export function thrown(call: () => unknown, what: string): unknown {
  let result: unknown
  try {
    result = call()
  } catch (error) {
    return error
  }
  return fail(`${what}: expected an exception, got ${show(result)}`)
}

/** What the promise rejects with; failing when it resolves. */
export async function rejection(promise: unknown, what: string): Promise<unknown> {
  ok(isPromise(promise), `${what}: expected a promise, got ${show(promise)}`)
  let result: unknown
  try {
    result = await promise
  } catch (error) {
    return error
  }
  return fail(`${what}: expected a rejection, got ${show(result)}`)
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}
