// The side table of a space: keys and texts by slot. The engine in Go decides about them and never sees them.
import type { Host } from './records.js';

const fnvPrime = 16777619;

/** The hash of package store over the UTF-16 units from one position to another: FNV-1a in four lanes. */
function hash(text: string, from: number, to: number): number {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  let c = 0x9e3779b9;
  let d = 0x85ebca6b;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    a = Math.imul(a ^ text.charCodeAt(i), fnvPrime);
    b = Math.imul(b ^ text.charCodeAt(i + 1), fnvPrime);
    c = Math.imul(c ^ text.charCodeAt(i + 2), fnvPrime);
    d = Math.imul(d ^ text.charCodeAt(i + 3), fnvPrime);
  }
  for (; i < to; i++) a = Math.imul(a ^ text.charCodeAt(i), fnvPrime);
  a = Math.imul(Math.imul(a, fnvPrime) ^ b, fnvPrime);
  return Math.imul(Math.imul(a ^ c, fnvPrime) ^ d, fnvPrime);
}

/** The checksum of a key and a text, as package store defines it. */
export function checksum(key: string, text: string): number {
  return combine(hash(key, 0, key.length), hash(text, 0, text.length));
}

function combine(key: number, text: number): number {
  return Math.imul(Math.imul(key, fnvPrime) ^ text, fnvPrime) >>> 0;
}

const unknown = -1;

/** Texts up to this length are kept parsed, and so many of them. */
const copyLimit = 512; // UTF-16 units
const copyMax = 1000;

/** In place of a copy: the text has been read once. */
const readOnce = Symbol();

// eslint-disable-next-line @typescript-eslint/unbound-method -- always called with an object
const hasOwn = Object.prototype.hasOwnProperty;

/** A deep copy of what JSON.parse has made. */
function clone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Array.isArray(value) ? (value.slice() as never) : { ...value };
  for (const key in copy) {
    const inner = copy[key];
    if (typeof inner === 'object' && inner !== null && hasOwn.call(copy, key)) copy[key] = clone(inner);
  }
  return copy;
}

/** A record that is being read: its header, and where its keys and texts are. */
export interface OpenRecord {
  header: string;
  /** Key and text of each entry in turn. */
  payload: string;
}

export class Texts {
  readonly slots = new Map<string, number>();
  readonly keys: string[] = [''];
  readonly texts: string[] = [''];
  protected readonly sums: number[] = [unknown];
  /** Copies of values that are read again and again, by slot; see {@link parsed}. */
  private copies: unknown[] = [];
  private copyCount = 0;
  /** Texts that were overwritten by a write that may still be taken back, by the version of that write. */
  private readonly before = new Map<number, string>();
  record: OpenRecord = { header: '', payload: '' };
  protected selectedKey = '';
  private textAt = 0;
  private textEnd = 0;

  /** Gives a slot its key. */
  name(slot: number, key: string): void {
    this.slots.set(key, slot);
    this.keys[slot] = key;
    this.set(slot, '');
  }

  set(slot: number, text: string): void {
    this.texts[slot] = text;
    this.sums[slot] = unknown;
    if (this.copies[slot] !== undefined) this.copies[slot] = undefined;
  }

  /**
   * The value of a slot's JSON text, a fresh one on every call. To copy a small object is several times quicker than
   * to parse it, so one that is read a second time is kept, as long as they are few.
   */
  parsed(slot: number): unknown {
    const copy = this.copies[slot];
    if (copy !== undefined && copy !== readOnce) return clone(copy);
    const text = this.texts[slot]!;
    const value: unknown = JSON.parse(text);
    if (text.length > copyLimit) return value;
    if (copy === undefined) {
      this.copies[slot] = readOnce;
      return value;
    }
    if (++this.copyCount > copyMax) {
      this.copies = [];
      this.copyCount = 1;
    }
    this.copies[slot] = value;
    return clone(value);
  }

  /** Remembers the text of a slot that the write of this version is about to replace. */
  keep(slot: number, version: number): void {
    this.before.set(version, this.texts[slot]!);
  }

  /** Drops what has been remembered: no write can be taken back any more. */
  forget(): void {
    if (this.before.size > 0) this.before.clear();
  }

  /** Key and text of a slot as a record holds them. */
  parts(slot: number): readonly [key: string, text: string] {
    return [this.keys[slot]!, this.texts[slot]!];
  }

  sum(slot: number): number {
    let sum = this.sums[slot]!;
    if (sum === unknown) {
      sum = checksum(...this.parts(slot));
      this.sums[slot] = sum;
    }
    return sum;
  }

  /** Selects an entry of the open record and returns its checksum, or -1 when it is not there. */
  read(offset: number, keyUnits: number, textUnits: number): number {
    const { payload } = this.record;
    const textAt = offset + keyUnits;
    const end = textAt + textUnits;
    if (end > payload.length) return -1;
    this.selectedKey = payload.slice(offset, textAt);
    this.textAt = textAt;
    this.textEnd = end;
    return combine(hash(payload, offset, textAt), hash(payload, textAt, end));
  }

  /** The slot of the selected key; for a new one its length, negative. */
  slot(): number {
    return this.slots.get(this.selectedKey) ?? -this.selectedKey.length;
  }

  nameSelected(slot: number): void {
    this.name(slot, this.selectedKey);
  }

  adopt(slot: number): void {
    this.set(slot, this.record.payload.slice(this.textAt, this.textEnd));
  }

  free(slot: number): void {
    this.slots.delete(this.keys[slot]!);
    this.keys[slot] = '';
    this.set(slot, '');
  }

  restore(slot: number, version: number): void {
    this.set(slot, this.before.get(version) ?? '');
  }
}

export function textImports(host: Host): WebAssembly.ModuleImports {
  const texts = (space: number): Texts => host.space(space).texts;
  return {
    text_sum: (space: number, slot: number) => texts(space).sum(slot),
    text_units: (space: number, slot: number, part: number) => texts(space).parts(slot)[part]!.length,
    text_read: (space: number, offset: number, key: number, text: number) => texts(space).read(offset, key, text),
    text_slot: (space: number) => texts(space).slot(),
    text_name: (space: number, slot: number) => texts(space).nameSelected(slot),
    text_adopt: (space: number, slot: number) => texts(space).adopt(slot),
    text_drop: (space: number, slot: number) => texts(space).set(slot, ''),
    text_free: (space: number, slot: number) => texts(space).free(slot),
    text_restore: (space: number, slot: number, version: number) => texts(space).restore(slot, version),
  };
}
