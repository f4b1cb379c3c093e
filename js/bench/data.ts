// Test data. Every value differs from every other one, so that nothing wins by noticing that a value is the same as the
// last, and strings are flat (one piece), as they are when they come from the network or a form.

/** A small seeded generator (mulberry32): equal runs get equal data. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n)
  }
}

const random = new Random(20)
const utf8 = new TextDecoder()
const utf16 = new TextDecoder('utf-16le')
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** ASCII text of n characters. */
export function ascii(n: number): string {
  const bytes = new Uint8Array(n)
  for (let i = 0; i < n; i++) bytes[i] = letters.charCodeAt(random.below(36))
  return utf8.decode(bytes)
}

/** Chinese text of n UTF-16 units. */
export function chinese(n: number): string {
  const units = new Uint16Array(n)
  for (let i = 0; i < n; i++) units[i] = 0x4e00 + random.below(0x5000)
  return utf16.decode(units)
}

/** Makes many different long texts quickly: one base, changed in 64 places and at the front each time. */
export class LongText {
  readonly #units: Uint8Array | Uint16Array

  constructor(n: number, wide: boolean) {
    this.#units = wide ? new Uint16Array(n) : new Uint8Array(n)
    const text = wide ? chinese(n) : ascii(n)
    for (let i = 0; i < n; i++) this.#units[i] = text.charCodeAt(i)
  }

  next(): string {
    const units = this.#units
    for (let i = 0; i < 64; i++) {
      const at = i === 0 ? 0 : random.below(units.length)
      units[at] = units instanceof Uint16Array ? 0x4e00 + random.below(0x5000) : letters.charCodeAt(random.below(36))
    }
    return units instanceof Uint16Array ? utf16.decode(units) : utf8.decode(units)
  }
}

let serial = 1_000_000

/** An object whose JSON has exactly 60 characters. */
export function object60(): object {
  serial = serial >= 9_999_999 ? 1_000_000 : serial + 1
  return { id: serial, name: ascii(14), price: 10_000 + random.below(90_000), on: random.below(2) === 0 ? 0 : 1 }
}

interface Item {
  id: number
  title: string
  price: number
  count: number
  tags: string[]
  checked: boolean
}

const item = (): Item => ({
  id: 100_000 + random.below(900_000),
  title: ascii(24),
  price: 10_000 + random.below(90_000),
  count: 10 + random.below(90),
  tags: [ascii(6), ascii(8)],
  checked: true,
})

const itemLength = JSON.stringify(item()).length + 1

/** An object whose JSON has exactly n characters (n >= 200): a list of records, as a shopping cart has it. */
export function objectOf(n: number): object {
  const value = { id: (serial += 1), title: '', items: [] as Item[] }
  const room = n - JSON.stringify(value).length
  const count = Math.max(0, Math.floor((room - 20) / itemLength))
  for (let i = 0; i < count; i++) value.items.push(item())
  value.title = ascii(n - JSON.stringify(value).length)
  return value
}

/** n keys with a common prefix, all of the same length. */
export function keys(prefix: string, n: number): string[] {
  return Array.from({ length: n }, (_, i) => prefix + String(100_000 + i))
}

export { random }
