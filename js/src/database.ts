// Records in IndexedDB. Package indexeddb decides what is read and written; here are the requests.
import * as code from './codes.js';
import { newerFormat, unreadable } from './items.js';
import type { Host } from './records.js';
import type { OpenRecord } from './texts.js';

const schemaVersion = 1;
const recordFormat = 1;
const storeName = 'records';

/**
 * A row of the object store: format version, header, and the payload as one string, for the browser reads one long
 * string much quicker than thousands of short ones; the texts in it are then slices that share its memory.
 */
interface Row {
  v: number;
  h: string;
  p: string;
}

/** The code of the engine for what IndexedDB refuses with. Browsers differ in the numbers, not in the names. */
function codeOf(error: unknown): number {
  switch ((error as DOMException | null)?.name) {
    case 'QuotaExceededError':
      return code.quotaExceeded;
    case 'VersionError':
      return code.newer;
    case 'InvalidStateError':
    case 'SecurityError':
    case 'NotFoundError':
      return code.unavailable;
    default:
      return code.failed;
  }
}

function openRow(value: unknown): OpenRecord | number {
  const row = value as Partial<Row> | null | undefined;
  if (typeof row?.v === 'number' && row.v > recordFormat) return newerFormat;
  if (typeof row?.h !== 'string' || typeof row.p !== 'string') return unreadable;
  return { header: row.h, payload: row.p };
}

/** The ids as runs of consecutive numbers: to delete a range is one request. */
function runs(ids: number[]): Array<[first: number, last: number]> {
  const found: Array<[number, number]> = [];
  for (const id of ids.sort((a, b) => a - b)) {
    const last = found[found.length - 1];
    if (last && id <= last[1] + 1) last[1] = id;
    else found.push([id, id]);
  }
  return found;
}

/** The connection of one space, and the batch that is being put together for it. */
export class Database {
  db: IDBDatabase | undefined;
  private closed = false;
  private ids: number[] = [];
  private wanted: number[] = [];
  private put: Array<[id: number, row: Row]> = [];
  private drop: number[] = [];
  private known: number[] = [];

  constructor(
    private readonly name: string,
    /** Answers a call. What seals a space puts itself in between. */
    public settle: (call: number, code: number) => void,
  ) {}

  open(call: number): void {
    let request: IDBOpenDBRequest;
    try {
      request = indexedDB.open(`minipoly:${this.name}`, schemaVersion);
    } catch {
      this.soon(call, code.unavailable);
      return;
    }
    request.onupgradeneeded = () => {
      for (const name of [storeName, 'keys']) request.result.createObjectStore(name);
    };
    request.onerror = (event) => {
      event.preventDefault();
      this.settle(call, codeOf(request.error));
    };
    request.onsuccess = () => {
      const db = request.result;
      if (this.closed) {
        db.close();
        return;
      }
      this.db = db;
      // Another page wants to delete or upgrade the database, or the browser closes it: the next operation
      // opens it again.
      db.onversionchange = db.onclose = () => {
        db.close();
        this.db = undefined;
      };
      this.settle(call, code.ok);
    };
  }

  /** Answers in a later microtask: the module must not be called while it is calling. */
  private soon(call: number, result: number): void {
    queueMicrotask(() => this.settle(call, result));
  }

  /** Starts a transaction and hands its object store to use; what that throws settles the call. */
  private transact(call: number, mode: IDBTransactionMode, use: (store: IDBObjectStore, tx: IDBTransaction) => void): void {
    if (this.db === undefined) {
      this.soon(call, code.unavailable);
      return;
    }
    let tx: IDBTransaction | undefined;
    try {
      tx = this.db.transaction(storeName, mode);
      use(tx.objectStore(storeName), tx);
    } catch (error) {
      if (tx) {
        // What was asked for before would be stored, and the call be settled once more.
        tx.oncomplete = tx.onabort = null;
        tx.abort();
      }
      this.soon(call, codeOf(error));
    }
  }

  list(call: number, withValues: boolean, found: (ids: number[], open: (i: number) => OpenRecord | number) => void): void {
    this.transact(call, 'readonly', (store, tx) => {
      const keys = store.getAllKeys();
      const values = withValues ? store.getAll() : undefined;
      tx.oncomplete = () => {
        this.ids = keys.result as number[];
        this.wanted = [];
        const rows: unknown[] | undefined = values?.result;
        found(this.ids, (i) => (rows ? openRow(rows[i]) : unreadable));
        this.settle(call, code.ok);
      };
      tx.onabort = () => this.settle(call, codeOf(tx.error));
    });
  }

  want(i: number): void {
    this.wanted.push(i);
  }

  fetch(call: number, found: (ids: number[], open: (i: number) => OpenRecord | number) => void): void {
    const { ids, wanted } = this;
    if (wanted.length === 0) {
      this.soon(call, code.ok);
      return;
    }
    this.transact(call, 'readonly', (store, tx) => {
      const requests = new Map(wanted.map((i) => [i, store.get(ids[i]!)]));
      tx.oncomplete = () => {
        found(ids, (i) => openRow(requests.get(i)?.result));
        this.settle(call, code.ok);
      };
      tx.onabort = () => this.settle(call, codeOf(tx.error));
    });
  }

  addRow(id: number, header: string, payload: string): void {
    this.put.push([id, { v: recordFormat, h: header, p: payload }]);
  }

  addDrop(id: number): void {
    this.drop.push(id);
  }

  addKnown(id: number): void {
    this.known.push(id);
  }

  commit(call: number, checked: boolean): void {
    const { put, drop, known } = this;
    this.put = [];
    this.drop = [];
    this.known = [];
    this.transact(call, 'readwrite', (store, tx) => {
      let conflict = false;
      const write = (): void => {
        for (const [id, row] of put) store.put(row, id);
        for (const [first, last] of runs(drop)) store.delete(IDBKeyRange.bound(first, last));
        // Saves a turn of the event loop; older engines commit by themselves.
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
        tx.commit?.();
      };
      tx.oncomplete = () => this.settle(call, conflict ? code.conflict : code.ok);
      tx.onabort = () => this.settle(call, codeOf(tx.error));
      if (!checked) {
        write();
        return;
      }
      const keys = store.getAllKeys();
      keys.onsuccess = () => {
        const stored = new Set(keys.result);
        conflict = stored.size !== known.length || !known.every((id) => stored.has(id));
        if (!conflict) write();
      };
    });
  }

  close(): void {
    this.closed = true;
    this.db?.close();
    this.db = undefined;
  }
}

export function databaseImports(host: Host): WebAssembly.ModuleImports {
  const database = (space: number): Database => host.space(space).database!;
  const list = (space: number) => (ids: number[], open: (i: number) => OpenRecord | number) => {
    host.space(space).listing = { ids, open };
  };
  return {
    list_count: (space: number) => host.space(space).listing.ids.length,
    list_id: (space: number, i: number) => host.space(space).listing.ids[i],
    record_open: (space: number, i: number) => host.space(space).openRecord(i),
    record_header: (space: number, at: number) => host.putAscii(host.space(space).texts.record.header, at),
    idb_open: (space: number, call: number) => database(space).open(call),
    idb_list: (space: number, call: number, values: number) => database(space).list(call, values !== 0, list(space)),
    idb_want: (space: number, i: number) => database(space).want(i),
    idb_fetch: (space: number, call: number) => database(space).fetch(call, list(space)),
    idb_put(space: number, id: number, slots: number, count: number, header: number, headerLength: number): void {
      database(space).addRow(id, host.ascii(header, headerLength), host.space(space).payload(slots, count));
    },
    idb_drop: (space: number, id: number) => database(space).addDrop(id),
    idb_known: (space: number, id: number) => database(space).addKnown(id),
    idb_commit: (space: number, call: number, checked: number) => database(space).commit(call, checked !== 0),
    idb_close: (space: number) => database(space).close(),
  };
}
