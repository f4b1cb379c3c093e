// Records in localStorage: the journal, and the driver where there is no IndexedDB.
import * as code from './codes.js';
import type { Host } from './records.js';
import type { OpenRecord } from './texts.js';

/** Length of the header of one entry (package store, EntryWidth). */
const entryWidth = 37;
const mark = 'm1';
const countWidth = 4;
const headerStart = mark.length + 3 * countWidth;

/**
 * What a browser holds at the least, in UTF-16 units: WebKit counts 5 MB in bytes, two a unit. Beyond it a write
 * is tried before it is accepted.
 */
const sureCapacity = 2_621_440;

/** Length of a record id in decimal. */
const idWidth = 16;

/** localStorage, or undefined where the browser refuses it: merely reading the property may throw. */
export function pageStorage(): Storage | undefined {
  try {
    return (globalThis as { localStorage?: Storage | null }).localStorage ?? undefined;
  } catch {
    return undefined;
  }
}

/** The storage that has been found to work. */
let working: Storage | undefined;

/** Whether localStorage exists and takes a write. */
export function storageWorks(storage: Storage | undefined): storage is Storage {
  if (storage && storage === working) return true;
  const key = 'minipoly?';
  try {
    storage!.setItem(key, '1');
    storage!.removeItem(key);
    working = storage;
    return true;
  } catch {
    return false;
  }
}

/** How a record with one entry begins: most records of the journal do. */
const singleEntry = 'm1000100010001';

/** A record as the one string that localStorage holds (package store). */
export function joinRecord(header: string, payload: string): string {
  if (header.length === entryWidth) return singleEntry + header + payload;
  const count = (header.length / entryWidth).toString(36).padStart(countWidth, '0');
  return mark + count + count + count + header + payload;
}

/** Takes such a string apart. The answer is a number, as package web knows it, when that is not possible. */
export function splitRecord(text: string): OpenRecord | number {
  if (/^m[2-9]/.test(text)) return newerFormat;
  const counts = [0, 1, 2].map((i) => text.slice(mark.length + i * countWidth, mark.length + (i + 1) * countWidth));
  const count = counts[0] === counts[2] ? counts[0] : counts[1];
  const start = headerStart + parseInt(count ?? '', 36) * entryWidth;
  if (!(start <= text.length)) return unreadable;
  return { header: text.slice(headerStart, start), payload: text.slice(start) };
}

export const unreadable = -1;
export const newerFormat = -2;

/** The items of one space in localStorage. */
export class Items {
  readonly prefix: string;
  private readonly marker: string;
  private used = 0;
  private readonly stashed: Array<[id: number, record: string]> = [];
  /** Number of items when used was measured; another number says that somebody else has written. */
  private count = -1;

  constructor(
    readonly storage: Storage,
    name: string,
  ) {
    this.marker = `minipoly:${name}`;
    this.prefix = `${this.marker}:`;
  }

  /** Whether a space in IndexedDB exists under this name: the classic script cannot ask IndexedDB in time. */
  get movedToDatabase(): boolean {
    return this.storage.getItem(this.marker) !== null;
  }

  markMoved(): void {
    try {
      this.storage.setItem(this.marker, 'indexeddb');
    } catch {
      // Full: the next start tries again.
    }
  }

  /** The record id of an item's key, undefined for the key of anything else. */
  idOf(key: string): number | undefined {
    if (!key.startsWith(this.prefix)) return undefined;
    const digits = key.slice(this.prefix.length);
    return /^\d{1,16}$/.test(digits) ? Number(digits) : undefined;
  }

  list(): number[] {
    const ids: number[] = [];
    for (let i = 0; i < this.storage.length; i++) {
      const id = this.idOf(this.storage.key(i) ?? '');
      if (id !== undefined) ids.push(id);
    }
    return ids;
  }

  get(id: number): string {
    return this.storage.getItem(this.prefix + id) ?? '';
  }

  put(id: number, record: string): number {
    try {
      this.storage.setItem(this.prefix + id, record);
    } catch (error) {
      return (error as DOMException).name === 'SecurityError' ? code.unavailable : code.quotaExceeded;
    }
    this.adjust(this.prefix.length + record.length + idWidth);
    return code.ok;
  }

  remove(id: number): void {
    try {
      if (this.count >= 0) this.adjust(-this.prefix.length - this.get(id).length - idWidth);
      this.storage.removeItem(this.prefix + id);
    } catch {
      // A record too many is found superseded at the next start.
    }
  }

  /** Removes an item that restore() can put back. */
  stash(id: number): void {
    this.stashed.push([id, this.get(id)]);
    this.remove(id);
  }

  /** Puts the stashed items back, or forgets them. */
  restore(back: boolean): void {
    for (const [id, record] of this.stashed.splice(0)) {
      if (back) this.put(id, record);
    }
  }

  /** Keeps the measure after a write of our own. */
  private adjust(units: number): void {
    if (this.count < 0) return;
    this.used += units;
    this.count += Math.sign(units);
  }

  /** What can surely be written still, strangers' items included in what is used. */
  room(): number {
    const { storage } = this;
    if (storage.length !== this.count) {
      this.used = 0;
      this.count = storage.length;
      for (let i = 0; i < this.count; i++) {
        const key = storage.key(i) ?? '';
        this.used += key.length + (storage.getItem(key)?.length ?? 0);
      }
    }
    return Math.max(0, sureCapacity - this.used);
  }
}

export function itemImports(host: Host): WebAssembly.ModuleImports {
  return {
    items_list(number: number): number {
      const space = host.space(number);
      try {
        const items = space.items!;
        const ids = items.list();
        space.listing = { ids, open: (i) => splitRecord(items.get(ids[i]!)) };
        return code.ok;
      } catch {
        return code.unavailable;
      }
    },
    item_put(number: number, id: number, slots: number, count: number, header: number, headerLength: number): number {
      const space = host.space(number);
      return space.items!.put(id, joinRecord(host.ascii(header, headerLength), space.payload(slots, count)));
    },
    item_remove: (number: number, id: number) => host.space(number).items!.remove(id),
    item_stash: (number: number, id: number) => host.space(number).items!.stash(id),
    items_restore: (number: number, back: number) => host.space(number).items!.restore(back !== 0),
    items_room: (number: number) => host.space(number).items!.room(),
  };
}
