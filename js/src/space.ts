// One namespace as the shim sees it: the engine's space, its texts, its media and the tabs it shares them with.
import * as code from './codes.js';
import * as mode from './modes.js';
import * as tag from './tags.js';
import { Database } from './database.js';
import type { Engine } from './engine.js';
import { Items, pageStorage, splitRecord, storageWorks } from './items.js';
import { Records } from './records.js';
import type { Seal } from './seal.js';
import { decode } from './values.js';
import type { WarningCode } from './warnings.js';

/** Drivers by the numbers that the module knows them by. */
export const driverNumber = { memory: 0, localstorage: 1, indexeddb: 2 } as const;
export type DriverName = keyof typeof driverNumber;

/** A warning, or the end of one. */
export type Trouble = WarningCode | 'commit-recovered' | 'journal-recovered';

/** What the module reports, by number (package store, ProblemKind). */
const problems: Record<number, Trouble> = {
  1: 'journal-refused',
  2: 'commit-failed',
  3: 'commit-recovered',
  4: 'entry-lost',
  5: 'record-lost',
  6: 'evicted',
  7: 'journal-recovered',
};

/** How long the news of a commit waits for more. Journaled writes have reached other tabs before. */
const announceDelay = 20; // ms

const places = ['memory', 'journal', 'stored'] as const;

/** What a space tells the Mini that it belongs to, and asks of it. */
export interface SpaceEvents {
  problem(kind: Trouble, detail?: unknown): void;
  /** Gives the space what seals values. */
  seal(space: Space): Promise<void>;
}

interface Waiter {
  ticket: number;
  done(code: number): void;
}

export class Space extends Records {
  readonly number: number;
  seal: Seal | undefined;
  private readonly listeners: Array<() => void> = [];
  private readonly waiters: Waiter[] = [];
  private channel: BroadcastChannel | undefined;
  private announcement: ReturnType<typeof setTimeout> | undefined;
  private onOpened: ((code: number) => void) | undefined;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private taskOpen = false;
  private holding = false;
  private closed = false;
  private keyList: string[] = [];
  private keyListAt = -1;

  constructor(
    private readonly engine: Engine,
    readonly platform: number,
    readonly name: string,
    readonly driver: DriverName,
    readonly events: SpaceEvents,
  ) {
    super(engine);
    const random = crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.number = engine.exports.space_new(platform, random >>> 8);
    engine.spaces[this.number] = this;
    if (driver === 'memory') return;
    const storage = pageStorage();
    if (storageWorks(storage)) this.items = new Items(storage, name);
    if (driver === 'indexeddb') {
      this.database = new Database(name, (call, result) => {
        if (!this.closed) engine.exports.settle(call, result);
      });
    }
  }

  /** Connects to the driver and loads what is stored. A synchronous driver has answered when this returns. */
  open(done: (code: number) => void): void {
    this.onOpened = done;
    if (this.driver === 'localstorage' && !this.items) {
      this.opened(code.unavailable);
      return;
    }
    // What other tabs say while the space is loading must be heard.
    if (this.driver !== 'memory') this.attach();
    this.engine.exports.space_open(this.number, driverNumber[this.driver], this.items ? 1 : 0);
  }

  opened(result: number): void {
    const { onOpened } = this;
    this.onOpened = undefined;
    if (result === code.ok && this.driver === 'indexeddb') {
      if (this.items) this.items.markMoved();
      else this.events.problem('journal-refused');
    }
    onOpened?.(result);
  }

  // ---- reading and writing ----

  /** The slot of a key that has a value or had one, 0 for others. */
  find(key: string): number {
    return this.texts.slots.get(key) ?? 0;
  }

  /** Gives a key a slot. The key has been checked. */
  intern(key: string): number {
    const slot = this.engine.exports.slot_new(this.number, key.length);
    this.texts.name(slot, key);
    return slot;
  }

  /** Type of the value in a slot, plus 16 when it is sealed; 0 when there is none. */
  tag(slot: number): number {
    return slot === 0 ? 0 : this.engine.exports.tag(this.number, slot);
  }

  /** The value in a slot of the given type, a fresh one on every read; of a sealed type (plus 16) the sealed text. */
  value(slot: number, type: number): unknown {
    return type === tag.json ? this.texts.parsed(slot) : decode(type, this.texts.texts[slot]!);
  }

  size(slot: number): number {
    return this.engine.exports.size(this.number, slot);
  }

  /**
   * Writes a value. The answer is a code of the engine: a refused write has changed nothing.
   */
  put(slot: number, type: number, text: string, how: number): number {
    const { exports } = this.engine;
    const result = exports.put(this.number, slot, type, text.length, how);
    if (result !== code.ok && result !== code.writeNow) {
      exports.slot_abandon(this.number, slot);
      return result;
    }
    const strict = result === code.writeNow || (how & 3) === mode.strict;
    if (strict || (how & 3) === mode.awaited) this.texts.keep(slot, exports.version(this.number, slot));
    this.texts.set(slot, how & 4 ? this.seal!.seal(this.texts.keys[slot]!, type, text) : text);
    this.moves++;
    if (!this.taskOpen) this.openTask();
    return strict && !this.holding ? exports.write_now(this.number) : code.ok;
  }

  /** Removes a value; missing ones are no failure. */
  remove(slot: number, how: number): number {
    const { exports } = this.engine;
    if (slot === 0 || exports.remove(this.number, slot, how) === 0) return code.ok;
    if (how !== mode.deferred) this.texts.keep(slot, exports.version(this.number, slot));
    this.texts.set(slot, '');
    this.moves++;
    if (!this.taskOpen) this.openTask();
    return how === mode.strict ? exports.write_now(this.number) : code.ok;
  }

  clear(how: number): number {
    this.engine.exports.clear(this.number, how);
    this.moves++;
    if (!this.taskOpen) this.openTask();
    return how === mode.strict ? this.engine.exports.write_now(this.number) : code.ok;
  }

  /** Runs writes of which all or none are to hold. They must be awaited or strict. */
  atomically(how: number, writes: () => number): number {
    const { exports } = this.engine;
    const point = exports.mark(this.number);
    this.holding = true;
    const result = writes();
    this.holding = false;
    if (result === code.ok) return how === mode.strict ? exports.write_now(this.number) : code.ok;
    exports.rollback(this.number, point);
    this.moves++;
    return result;
  }

  /** The keys that have a value; the array is the caller's. */
  keys(byAge: boolean): string[] {
    const { exports } = this.engine;
    const at = byAge ? this.moves : exports.changes(this.number);
    if (this.keyListAt !== at) {
      this.keyList = this.slots(byAge).map((slot) => this.texts.keys[slot]!);
      this.keyListAt = at;
    }
    return this.keyList.slice();
  }

  /** The slots that have a value, by age the least recently written first. */
  slots(byAge: boolean): number[] {
    const { exports } = this.engine;
    const count = exports.slots(this.number);
    const slots = Array.from(new Uint32Array(this.engine.bytes().buffer, exports.slots_ptr(), count));
    if (!byAge) return slots;
    const versions = slots.map((slot) => exports.version(this.number, slot));
    return slots
      .map((_, i) => i)
      .sort((a, b) => versions[a]! - versions[b]!)
      .map((i) => slots[i]!);
  }

  usage(): number {
    return this.engine.exports.usage(this.number);
  }

  pending(): number {
    return this.engine.exports.pending(this.number);
  }

  /** Where the newest version of a value stands. */
  place(slot: number): 'memory' | 'journal' | DriverName {
    const place = places[this.engine.exports.where(this.number, slot)]!;
    return place === 'stored' ? this.driver : place;
  }

  // ---- commits ----

  /** Calls done when everything written so far is committed, or has failed. */
  whenCommitted(done: (code: number) => void): void {
    if (this.engine.exports.busy(this.number) === 0) {
      queueMicrotask(() => done(code.ok));
      return;
    }
    this.waiters.push({ ticket: this.engine.exports.ticket(this.number), done });
  }

  /** Starts the commit of everything that is not committed. */
  commit(): void {
    this.endTask();
    if (this.engine.exports.busy(this.number) !== 0) this.engine.exports.tick(this.number);
  }

  committed(ticket: number, result: number): void {
    const { waiters } = this;
    let n = 0;
    while (n < waiters.length && waiters[n]!.ticket <= ticket) n++;
    const settled = waiters.splice(0, n);
    if (waiters.length === 0) this.texts.forget();
    if (settled.length > 0) {
      queueMicrotask(() => {
        for (const waiter of settled) waiter.done(result);
      });
    }
  }

  private openTask(): void {
    this.taskOpen = true;
    queueMicrotask(() => this.endTask());
  }

  private endTask(): void {
    if (!this.taskOpen || this.closed) return;
    this.taskOpen = false;
    this.engine.exports.end_task(this.number);
  }

  later(ms: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.engine.exports.tick(this.number);
    }, ms);
    this.timers.add(timer);
  }

  report(kind: number, result: number, slot: number): void {
    const key = slot === 0 ? undefined : this.texts.keys[slot];
    this.events.problem(problems[kind] ?? 'commit-failed', key === undefined ? { code: result } : { key, code: result });
  }

  // ---- other tabs ----

  /** Tells others that the records have changed: other tabs, and other Minis of this page. */
  announce(): void {
    if (this.channel) {
      // A message costs as much as a small commit, so several share one.
      this.announcement ??= setTimeout(() => {
        this.announcement = undefined;
        this.channel?.postMessage(0);
      }, announceDelay);
    } else if (this.driver === 'localstorage' && typeof dispatchEvent === 'function') {
      // Other tabs get storage events; the page that writes gets none.
      dispatchEvent(new CustomEvent(this.changeEvent, { detail: this }));
    }
  }

  private attach(): void {
    if (this.driver === 'indexeddb') {
      if (typeof BroadcastChannel === 'function') {
        this.channel = new BroadcastChannel(`minipoly:${this.name}`);
        this.channel.onmessage = () => this.refresh();
      }
    }
    if (typeof addEventListener !== 'function') return;
    if (this.driver === 'localstorage') {
      this.listen(globalThis, this.changeEvent, (event) => {
        if ((event as CustomEvent).detail !== this) queueMicrotask(() => this.refresh());
      });
    }
    if (this.items) this.listen(globalThis, 'storage', (event) => this.heard(event as StorageEvent));
    this.listen(globalThis, 'pagehide', () => this.commit());
    // From the back-forward cache: what other tabs have said in the meantime was not heard.
    this.listen(globalThis, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) this.refresh();
    });
    if (typeof document !== 'undefined') {
      this.listen(document, 'visibilitychange', () => {
        if (document.visibilityState === 'hidden') this.commit();
        else this.refresh();
      });
      this.listen(document, 'resume', () => this.refresh());
    }
  }

  private get changeEvent(): string {
    return `minipoly:${this.name}`;
  }

  private listen(target: EventTarget, type: string, handle: (event: Event) => void): void {
    target.addEventListener(type, handle);
    this.listeners.push(() => target.removeEventListener(type, handle));
  }

  private refresh(): void {
    if (this.closed) return;
    this.engine.exports.refresh(this.number);
  }

  /** A record of localStorage was written or removed by another tab. */
  private heard(event: StorageEvent): void {
    const items = this.items!;
    if (event.storageArea !== items.storage) return;
    // Without a key, localStorage was cleared as a whole.
    if (event.key !== null && items.idOf(event.key) === undefined) return;
    if (this.driver === 'localstorage') {
      this.refresh();
      return;
    }
    const record = splitRecord(event.newValue ?? '');
    if (typeof record === 'number') return;
    this.moves++;
    this.texts.record = record;
    this.engine.writeAscii(record.header);
    this.engine.exports.overheard(this.number, record.header.length);
  }

  /** Lets go of media, timers and listeners. What is not committed stays in the journal. */
  close(): void {
    if (this.closed) return;
    this.endTask();
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const stop of this.listeners.splice(0)) stop();
    if (this.announcement !== undefined) {
      clearTimeout(this.announcement);
      this.channel?.postMessage(0);
    }
    this.channel?.close();
    this.engine.exports.space_close(this.number);
    Object.assign(this, closedSpace);
  }
}

/** What a closed space does: writes are refused, reads find nothing. The module no longer knows it. */
const closedSpace: Partial<Space> = {
  find: () => 0,
  intern: () => 0,
  put: () => code.unavailable,
  remove: () => code.unavailable,
  clear: () => code.unavailable,
  atomically: () => code.unavailable,
  keys: () => [],
  slots: () => [],
  usage: () => 0,
  pending: () => 0,
  commit: () => undefined,
  whenCommitted: (done) => done(code.ok),
};
