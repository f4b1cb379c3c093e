// The side table of a space: keys and texts by slot. The engine in Go decides about them and never sees them.
import type { Engine } from './engine.js';

const fnvPrime = 16777619;

/** FNV-1a over the UTF-16 units of key and text, as package store defines it. */
export function checksum(key: string, text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), fnvPrime);
  h = Math.imul(h ^ 0x10000, fnvPrime);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), fnvPrime);
  return h >>> 0;
}

const unknown = -1;

/** Texts up to this length are kept parsed, and so many of them. */
const copyLimit = 512; // UTF-16 units
const copyMax = 1000;

/** In place of a copy: the text has been read once. */
const readOnce = Symbol();

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
  /** Keys and texts in turn, or both in one string. */
  payload: unknown[] | string;
}

export class Texts {
  readonly slots = new Map<string, number>();
  readonly keys: string[] = [''];
  readonly texts: string[] = [''];
  private readonly sums: number[] = [unknown];
  /** Copies of values that are read again and again, by slot; see {@link parsed}. */
  private copies: unknown[] = [];
  private copyCount = 0;
  /** Texts that were overwritten by a write that may still be taken back, by the version of that write. */
  private readonly before = new Map<number, string>();
  record: OpenRecord = { header: '', payload: '' };
  private key = '';
  private text = '';

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

  sum(slot: number): number {
    let sum = this.sums[slot]!;
    if (sum === unknown) {
      sum = checksum(this.keys[slot]!, this.texts[slot]!);
      this.sums[slot] = sum;
    }
    return sum;
  }

  /** Selects an entry of the open record and returns its checksum, or -1 when it is not there. */
  read(part: number, offset: number, keyUnits: number, textUnits: number): number {
    const { payload } = this.record;
    let key, text: unknown;
    if (typeof payload === 'string') {
      key = payload.substr(offset, keyUnits);
      text = payload.substr(offset + keyUnits, textUnits);
    } else {
      key = payload[2 * part];
      text = payload[2 * part + 1];
    }
    if (typeof key !== 'string' || typeof text !== 'string') return -1;
    if (key.length !== keyUnits || text.length !== textUnits) return -1;
    this.key = key;
    this.text = text;
    return checksum(key, text);
  }

  /** The slot of the selected key, 0 when it has none. */
  slot(): number {
    return this.slots.get(this.key) ?? 0;
  }

  nameSelected(slot: number): void {
    this.name(slot, this.key);
  }

  adopt(slot: number): void {
    this.set(slot, this.text);
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

export function textImports(engine: Engine): WebAssembly.ModuleImports {
  const texts = (space: number): Texts => engine.space(space).texts;
  return {
    text_sum: (space: number, slot: number) => texts(space).sum(slot),
    text_units: (space: number, slot: number) => texts(space).texts[slot]!.length,
    text_read: (space: number, part: number, offset: number, key: number, text: number) =>
      texts(space).read(part, offset, key, text),
    text_slot: (space: number) => texts(space).slot(),
    text_name: (space: number, slot: number) => texts(space).nameSelected(slot),
    text_adopt: (space: number, slot: number) => texts(space).adopt(slot),
    text_drop: (space: number, slot: number) => texts(space).set(slot, ''),
    text_free: (space: number, slot: number) => texts(space).free(slot),
    text_restore: (space: number, slot: number, version: number) => texts(space).restore(slot, version),
  };
}
