// The host of the drivers' tests, which are Go compiled for js/wasm (wasm/bridge): the functions that the shim gives
// the modules, around tables and media that the tests make themselves. It is in no bundle that is published.
import * as code from './codes.js';
import { Database, databaseImports } from './database.js';
import { itemImports, Items } from './items.js';
import { Memory } from './memory.js';
import type { Host } from './records.js';
import { Records } from './records.js';
import { textImports } from './texts.js';

interface Exports {
  mem: WebAssembly.Memory;
  settle(call: number, code: number): void;
}

interface Row {
  v: number;
  h: string;
  p: string;
}

/** Where the header begins in a record of localStorage. */
const headerStart = 14;
const storeName = 'records';
/** In UTF-16 units; twice that is more than any browser gives localStorage. */
const plenty = 1 << 22;
const fillerKey = 'filler';

/** How a database that can take no more refuses. */
const quotaError = { late: 0, atOnce: 1 } as const;

const mediumName = (medium: number): string => `test${medium}`;
const databaseName = (medium: number): string => `minipoly:${mediumName(medium)}`;

/** Swaps the lowest bit of one unit. Undefined: there is no such unit. */
function damaged(text: string, at: number): string | undefined {
  if (at >= text.length) return undefined;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/** Opens a database by a connection of its own, makes one transaction, and closes it again. */
async function transact<T>(name: string, use: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
  const db = await result(opening);
  const tx = db.transaction(storeName, 'readwrite');
  const done = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error!);
  });
  const answer = await use(tx.objectStore(storeName));
  await done;
  db.close();
  return answer;
}

/** What others may have in localStorage: all of it looks like ours and is not. */
function strangersItems(medium: number): Array<[key: string, value: string]> {
  const ours = databaseName(medium);
  const record = 'm1000000000000';
  return [
    ['1', record], ['minipoly', record], ['minipoly:', record], [`${ours}:`, record], [`${ours}:x`, record],
    [`${ours}:0x1`, record], [`${ours}: 1`, record], [`${ours}:1 `, record], [`${ours}:-1`, record], [`${ours}:1.5`, record],
    [`${ours}:12345678901234567`, record], [`${ours}.x:1`, record], [`${ours}x:1`, record], [`x${ours}:1`, record],
    [ours.toUpperCase() + ':1', record], [`minipoly:${medium}:1`, record],
  ];
}

const strangersDatabases = (medium: number): string[] => [`${databaseName(medium)}.x`, `x${databaseName(medium)}`];
const strangersRow: Row = { v: 1, h: 'a stranger', p: 'wrote this' };

class TestHost extends Memory implements Host {
  private exports!: Exports;
  private readonly tabs: Records[] = [];
  /** Calls that the module waits for. */
  private readonly pending = new Set<number>();
  /** Calls that were answered more than once. */
  private excess = 0;
  /** Databases that may exist. */
  private readonly databases = new Set<string>();
  /** What databases can hold still, in units, and how they refuse. */
  private readonly limits = new Map<string, { left: number; how: number }>();
  /** Set by the tests: nothing is pending any more. */
  wake: (() => void) | undefined;
  readonly imports: WebAssembly.Imports;

  constructor() {
    super();
    const unused = (): never => {
      throw new Error('the tests have no Space');
    };
    this.imports = {
      minipoly: {
        ...textImports(this),
        ...itemImports(this),
        ...this.watched(databaseImports(this)),
        host_now: unused, host_later: unused, host_committed: unused, host_report: unused, host_announce: unused,
        host_opened: unused,
      },
      minipolytest: this.testImports(),
    };
    this.limitDatabases();
  }

  attach(instance: WebAssembly.Instance): void {
    this.exports = instance.exports as unknown as Exports;
    this.memory = this.exports.mem;
  }

  space(number: number): Records {
    return this.tabs[number]!;
  }

  // ---- calls ----

  /** The functions of which the module expects an answer, so that the tests know when all are there. */
  private watched(imports: WebAssembly.ModuleImports): WebAssembly.ModuleImports {
    for (const name of ['idb_open', 'idb_list', 'idb_fetch', 'idb_commit']) {
      const start = imports[name] as (space: number, call: number, more: number) => void;
      imports[name] = (space: number, call: number, more: number) => {
        this.pending.add(call);
        start(space, call, more);
      };
    }
    return imports;
  }

  private readonly settle = (call: number, outcome: number): void => {
    if (!this.pending.delete(call)) this.excess++;
    this.exports.settle(call, outcome);
    if (this.pending.size === 0) queueMicrotask(() => this.wake?.());
  };

  /** Settles a call with the outcome of work that takes its time. */
  private after(call: number, work: Promise<number>): void {
    this.pending.add(call);
    work.then(
      (outcome) => this.settle(call, outcome),
      (error: unknown) => {
        console.error(error);
        this.settle(call, code.failed);
      },
    );
  }

  // ---- texts ----

  private text(at: number, units: number): string {
    const all = new Uint16Array(this.bytes().buffer, at, units);
    let text = '';
    for (let i = 0; i < units; i += 4096) text += String.fromCharCode(...all.subarray(i, i + 4096));
    return text;
  }

  private putText(text: string, at: number): void {
    const units = new Uint16Array(this.bytes().buffer, at, text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  }

  // ---- media ----

  private async wipe(): Promise<number> {
    for (const tab of this.tabs) tab.database?.close();
    this.limits.clear();
    localStorage.clear();
    for (const name of this.databases) await result(indexedDB.deleteDatabase(name));
    this.databases.clear();
    return code.ok;
  }

  private async damage(medium: number, database: number, id: number, at: number): Promise<number> {
    if (database === 0) {
      const key = `${databaseName(medium)}:${id}`;
      const text = damaged(localStorage.getItem(key) ?? '', headerStart + at);
      if (text === undefined) return code.failed;
      localStorage.setItem(key, text);
      return code.ok;
    }
    return transact(databaseName(medium), async (store) => {
      const row = (await result(store.get(id))) as Row | undefined;
      if (!row) return code.failed;
      const text = damaged(row.h + row.p, at);
      if (text === undefined) return code.failed;
      await result(store.put({ v: row.v, h: text.slice(0, row.h.length), p: text.slice(row.h.length) }, id));
      return code.ok;
    });
  }

  /** Puts something in the place of a record: what a later version may have written, or rubbish. */
  private async replace(medium: number, database: number, id: number, newer: number): Promise<number> {
    if (database === 0) {
      localStorage.setItem(`${databaseName(medium)}:${id}`, newer !== 0 ? 'm2 whatever' : 'm1zzz');
    } else {
      await transact(databaseName(medium), (store) => result(store.put(newer !== 0 ? { v: 2, x: 1 } : 'rubbish', id)));
    }
    return code.ok;
  }

  /** Makes the browser ask the tabs to close their connections, and leaves the database as it is. */
  private disconnect(medium: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(databaseName(medium), 2);
      request.onupgradeneeded = () => request.transaction!.abort();
      request.onerror = (event) => {
        event.preventDefault();
        resolve(code.ok);
      };
      request.onsuccess = () => reject(new Error('the database has changed'));
    });
  }

  /** Removes everything that is stored under the tabs' feet, as the user may. */
  private async evict(medium: number, database: number): Promise<number> {
    localStorage.clear();
    if (database !== 0) await result(indexedDB.deleteDatabase(databaseName(medium)));
    return code.ok;
  }

  private async plant(medium: number): Promise<number> {
    for (const [key, value] of strangersItems(medium)) localStorage.setItem(key, value);
    for (const name of strangersDatabases(medium)) {
      this.databases.add(name);
      await transact(name, (store) => result(store.put(strangersRow, 1)));
    }
    return code.ok;
  }

  private async unharmed(medium: number): Promise<number> {
    for (const [key, value] of strangersItems(medium)) {
      if (localStorage.getItem(key) !== value) return code.failed;
    }
    for (const name of strangersDatabases(medium)) {
      const row = await transact(name, (store) => result<unknown>(store.get(1)));
      if (JSON.stringify(row) !== JSON.stringify(strangersRow)) return code.failed;
    }
    return code.ok;
  }

  /** Leaves as much room in the whole of localStorage. */
  private limitItems(medium: number, units: number): number {
    const own = `${databaseName(medium)}:`;
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i)!;
      if (key.startsWith(own)) units -= localStorage.getItem(key)!.length - headerStart;
    }
    // The browser does not tell how much it takes, so it is tried.
    let filler = 0;
    for (let step = plenty; step > 0; step >>= 1) {
      try {
        localStorage.setItem(fillerKey, 'x'.repeat(filler + step));
        filler += step;
      } catch {
        // Too much.
      }
    }
    // Keys and what comes before the headers are not counted.
    const overhead = 2 * (own.length + 16 + headerStart);
    localStorage.setItem(fillerKey, 'x'.repeat(filler - units - overhead));
    return code.ok;
  }

  private async limitDatabase(medium: number, units: number, how: number): Promise<number> {
    const rows = await transact(databaseName(medium), (store) => result(store.getAll() as IDBRequest<Row[]>));
    const used = rows.reduce((sum, row) => sum + row.h.length + row.p.length, 0);
    this.limits.set(databaseName(medium), { left: units - used, how });
    return code.ok;
  }

  /**
   * A page cannot give IndexedDB a quota. What is put beyond the limit is refused as by a browser: the transaction,
   * real and with everything in it, is aborted and gives that reason. Or put throws, as it does for values that are
   * too large to be cloned.
   */
  private limitDatabases(): void {
    const { limits } = this;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value: unknown, id?: IDBValidKey) {
      const limit = limits.get(this.transaction.db.name);
      if (limit) limit.left -= (value as Row).h.length + (value as Row).p.length;
      const full = limit !== undefined && limit.left < 0;
      if (full && limit.how === quotaError.atOnce) throw new DOMException('too large', 'DataCloneError');
      const request = put.call(this, value, id);
      if (full) {
        const tx = this.transaction;
        const error = new DOMException('full', 'QuotaExceededError');
        Object.defineProperty(tx, 'error', { value: error });
        Object.defineProperty(tx, 'commit', { value: () => tx.abort() });
      }
      return request;
    };
  }

  // ---- what the tests import ----

  private testImports(): WebAssembly.ModuleImports {
    const texts = (tab: number): Records['texts'] => this.space(tab).texts;
    return {
      pending: () => this.pending.size,
      tab: (medium: number, items: number, database: number): number => {
        const tab = new Records(this);
        if (items !== 0) tab.items = new Items(localStorage, mediumName(medium));
        if (database !== 0) {
          tab.database = new Database(mediumName(medium), this.settle);
          this.databases.add(databaseName(medium));
        }
        return this.tabs.push(tab) - 1;
      },
      lookup: (tab: number, key: number, units: number) => texts(tab).slots.get(this.text(key, units)) ?? 0,
      name: (tab: number, slot: number, key: number, units: number) => texts(tab).name(slot, this.text(key, units)),
      set: (tab: number, slot: number, text: number, units: number) => texts(tab).set(slot, this.text(text, units)),
      get: (tab: number, slot: number, to: number) => this.putText(texts(tab).texts[slot]!, to),
      keep: (tab: number, slot: number, version: number) => texts(tab).keep(slot, version),
      forget: (tab: number) => texts(tab).forget(),
      wipe: (call: number) => this.after(call, this.wipe()),
      plant: (medium: number, call: number) => this.after(call, this.plant(medium)),
      unharmed: (medium: number, call: number) => this.after(call, this.unharmed(medium)),
      damage: (medium: number, database: number, id: number, at: number, call: number) =>
        this.after(call, this.damage(medium, database, id, at)),
      replace: (medium: number, database: number, id: number, newer: number, call: number) =>
        this.after(call, this.replace(medium, database, id, newer)),
      disconnect: (medium: number, call: number) => this.after(call, this.disconnect(medium)),
      evict: (medium: number, database: number, call: number) => this.after(call, this.evict(medium, database)),
      excess: (): number => {
        const { excess } = this;
        this.excess = 0;
        return excess;
      },
      limit_items: (medium: number, units: number) => this.limitItems(medium, units),
      limit_database: (medium: number, units: number, how: number, call: number) =>
        this.after(call, this.limitDatabase(medium, units, how)),
    };
  }
}

(globalThis as { testhost?: TestHost }).testhost = new TestHost();
