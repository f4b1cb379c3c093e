// Encryption at rest: the cipher, the keys, and texts that stand sealed in records. It is a file of its own,
// dist/seal.mjs, because a page that only uses wx without `encrypt` never needs it. docs/security.md has the rules.
import { xchacha20poly1305 } from '../vendor/noble-ciphers/chacha.js';
import * as tag from './tags.js';
import type { Space } from './space.js';
import type { Texts } from './texts.js';
import { decode } from './values.js';

/** The object store of a space's database that holds its keys. */
const storeName = 'keys';

/** Lengths in bytes, which are the lengths of binary strings, too. */
const keyBytes = 32;
const idBytes = 4;
const nonceBytes = 24;

/** How long WebCrypto may take to answer before the space goes on without it. */
const cryptoTimeout = 1000; // ms
const stretchTimeout = 2000; // ms
const stretchRounds = 600_000;

/** Numbers of package store: the report of a lost entry, and its code. */
const entryDamaged = 4;
const codeDamaged = 6;

/** What a checksum is increased by to say that the entry is sealed with a key that is not at hand. */
const locked = 2 ** 32;

type Bytes = Uint8Array<ArrayBuffer>;

/** Key and text of an entry as a record holds them. */
type Parts = readonly [key: string, text: string];

interface DataKey {
  id: string;
  bytes: Bytes;
}

/** A key as the database holds it: wrapped, or as it is where WebCrypto is missing. */
interface Row {
  /** When it was made, ms since 1970: the oldest key is the one that seals. */
  at: number;
  data: Bytes;
  wrap?: { key: CryptoKey; iv: Bytes };
}

/** Bytes as a string with one character for each: it stays a one-byte string in memory and in storage. */
function toBinary(bytes: Uint8Array | Uint16Array): string {
  if (bytes.length <= 4096) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += toBinary(bytes.subarray(i, i + 4096));
  return text;
}

function fromBinary(text: string): Bytes {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The UTF-16 units of a text: UTF-8 would lose lone surrogates. */
function units(text: string): Bytes {
  const wide = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) wide[i] = text.charCodeAt(i);
  return new Uint8Array(wide.buffer);
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A key by its bytes. The id is a tag of nothing under the key, which tells nothing about it. */
function dataKey(bytes: Bytes): DataKey {
  const check = xchacha20poly1305(bytes, new Uint8Array(nonceBytes)).encrypt(new Uint8Array(0));
  return { id: toBinary(check.subarray(0, idBytes)), bytes };
}

/** Gives up waiting after a time, for WebCrypto has been seen to hang. */
function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // Must not stay: it keeps alive what waits.
    const timer = setTimeout(reject, ms, new Error('minipoly: WebCrypto does not answer'));
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** WebCrypto's keys and ciphers, which only secure origins have. */
function subtle(): SubtleCrypto | undefined {
  return (crypto as Partial<Crypto>).subtle;
}

/** Option encryptionKey. */
type KeyOption = Uint8Array | string | undefined;

/** How this copy of the file is used. */
export const settings = {
  /** Keys in localStorage stay there: the classic script goes on using them. */
  leave: false,
};

/** The caller's key. */
function givenKey(option: KeyOption): Bytes | undefined {
  if (option === undefined) return undefined;
  if (typeof option === 'string') {
    throw new TypeError('minipoly: the classic script takes an encryptionKey of 32 bytes, no passphrase');
  }
  const bytes = Uint8Array.from(option);
  if (bytes.length !== keyBytes) throw new TypeError('minipoly: encryptionKey must have 32 bytes');
  return bytes;
}

/** The same, or a passphrase stretched. */
async function stretchedKey(option: KeyOption, name: string): Promise<Bytes | undefined> {
  if (typeof option !== 'string') return givenKey(option);
  const web = subtle();
  if (!web) throw new TypeError('minipoly: a passphrase needs a secure origin; give encryptionKey as 32 bytes');
  const stretch = async (): Promise<Bytes> => {
    const secret = await web.importKey('raw', units(option.normalize('NFC')), 'PBKDF2', false, ['deriveBits']);
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt: units(`minipoly:${name}`), iterations: stretchRounds };
    return new Uint8Array(await web.deriveBits(how, secret, 8 * keyBytes));
  };
  return within(stretchTimeout, stretch());
}

async function wrap(bytes: Bytes): Promise<Row> {
  const at = Date.now();
  try {
    const web = subtle()!;
    const iv = random(12);
    const seal = async (): Promise<Row> => {
      const key = await web.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      const data = await web.encrypt({ name: 'AES-GCM', iv }, key, bytes);
      return { at, data: new Uint8Array(data), wrap: { key, iv } };
    };
    return await within(cryptoTimeout, seal());
  } catch {
    return { at, data: bytes };
  }
}

async function unwrap(row: Row): Promise<Bytes | undefined> {
  if (!row.wrap) return row.data;
  try {
    const { key, iv } = row.wrap;
    return new Uint8Array(await within(cryptoTimeout, subtle()!.decrypt({ name: 'AES-GCM', iv }, key, row.data)));
  } catch {
    return undefined;
  }
}

/** Runs a transaction on the keys. */
function transact(db: IDBDatabase, mode: IDBTransactionMode, use: (store: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(storeName, mode);
    use(tx.objectStore(storeName));
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('minipoly: the key was not stored'));
  });
}

/** The keys of one space, and what is done with them. */
export class Seal {
  private readonly ring = new Map<string, DataKey>();
  /** Ids of the keys that the database holds. */
  private readonly kept = new Set<string>();
  private current: DataKey | undefined;
  /** The present key has sealed something. */
  private used = false;
  /** Begins the names of this space's keys in localStorage, which end in !key. */
  private readonly prefix: string;
  private readonly keyContext: readonly [narrow: Bytes, wide: Bytes];

  /**
   * @param name of the space
   * @param storage is localStorage, where it works
   * @param given the caller's key: it is kept nowhere
   */
  constructor(
    private readonly name: string,
    private readonly storage: Storage | undefined,
    private readonly given: Bytes | undefined,
  ) {
    this.prefix = `minipoly:${name}!`;
    this.keyContext = [this.context('k', 0, ''), this.context('K', 0, '')];
    if (given) this.current = this.add(given);
  }

  private add(bytes: Bytes): DataKey {
    const key = dataKey(bytes);
    this.ring.set(key.id, key);
    return key;
  }

  /** The item of a key: one each, for two tabs that make a key at the same time must not overwrite each other's. */
  private itemOf(key: DataKey): string {
    const id = Array.from(key.id, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
    return `${this.prefix}${id.join('')}!key`;
  }

  /** The keys in localStorage; they join the ring. */
  private rawKeys(): DataKey[] {
    const { storage } = this;
    const keys: DataKey[] = [];
    for (let i = 0; i < (storage?.length ?? 0); i++) {
      const name = storage!.key(i) ?? '';
      if (!name.startsWith(this.prefix) || !name.endsWith('!key')) continue;
      const bytes = fromBinary(storage!.getItem(name) ?? '');
      if (bytes.length === keyBytes) keys.push(this.add(bytes));
    }
    return keys;
  }

  private find(id: string): DataKey | undefined {
    if (!this.ring.has(id)) this.rawKeys();
    return this.ring.get(id);
  }

  /** The key that seals. */
  private present(): DataKey {
    return (this.current ??= this.rawKeys()[0] ?? this.add(random(keyBytes)));
  }

  /** The same, when it is about to seal something: until the database has it, it stands in localStorage. */
  private take(): DataKey {
    const key = this.present();
    this.used = true;
    if (this.storage && !this.given && !this.kept.has(key.id)) {
      const item = this.itemOf(key);
      try {
        if (this.storage.getItem(item) === null) this.storage.setItem(item, toBinary(key.bytes));
      } catch {
        // Full: then the record, which is longer, does not fit either, and the next try puts the key again.
      }
    }
    return key;
  }

  /**
   * Reads the keys of the database, and moves those of localStorage there. It never rejects: what a missing key
   * has sealed is reported by those who read it.
   */
  async learn(db: IDBDatabase | undefined): Promise<void> {
    if (!db) return;
    try {
      const before = new Set(this.kept);
      await this.readRows(db);
      const raw = this.rawKeys();
      for (const { id } of raw) before.add(id);
      // What it had and has no more has been cleared away with everything else: the values are stored again, too.
      for (const key of this.ring.values()) if (before.has(key.id) && !this.kept.has(key.id)) await this.keep(db, key, true);
      for (const key of raw) if (this.kept.has(key.id)) this.discard(key);
      if (!this.current) {
        // The space is new. While there is localStorage to stand in, nobody waits for the new key to be stored.
        const stored = this.keep(db, this.present(), false);
        if (this.storage) stored.catch(() => undefined);
        else await stored;
      }
    } catch {
      // The database has just been closed, or refuses: the keys at hand must do.
    }
  }

  private async readRows(db: IDBDatabase): Promise<void> {
    let ids!: IDBRequest<IDBValidKey[]>;
    let rows!: IDBRequest<Row[]>;
    await transact(db, 'readonly', (store) => {
      ids = store.getAllKeys();
      rows = store.getAll() as IDBRequest<Row[]>;
    });
    let oldest = Infinity;
    this.kept.clear();
    await Promise.all(
      rows.result.map(async (row, i) => {
        const id = String(ids.result[i]);
        if (!this.ring.has(id)) {
          const bytes = await unwrap(row);
          if (bytes?.length !== keyBytes) return;
          this.add(bytes);
        }
        this.kept.add(id);
        if (row.at < oldest && !this.given && !(this.used && this.current)) {
          oldest = row.at;
          this.current = this.ring.get(id);
        }
      }),
    );
  }

  /** Stores a key. A new one that has sealed nothing gives way to what another tab has stored meanwhile. */
  private async keep(db: IDBDatabase, key: DataKey, old: boolean): Promise<void> {
    const row = await wrap(key.bytes);
    let stored = false as boolean;
    await transact(db, 'readwrite', (store) => {
      const ids = store.getAllKeys();
      ids.onsuccess = () => {
        stored = old || this.used || ids.result.length === 0;
        if (!stored) return;
        try {
          store.put(row, key.id);
        } catch {
          // Some browsers cannot store a CryptoKey in a private window.
          store.put({ at: row.at, data: key.bytes }, key.id);
        }
      };
    });
    if (stored) {
      this.kept.add(key.id);
      if (!old) this.discard(key);
    } else {
      if (!this.used) this.current = undefined;
      await this.learn(db);
    }
  }

  /** Takes a key that the database has now out of localStorage. */
  private discard(key: DataKey): void {
    if (!settings.leave) this.storage?.removeItem(this.itemOf(key));
  }

  // ---- sealing ----

  /** What a ciphertext is bound to: kind and width, type, space, key of the entry. */
  private context(kind: string, type: number, key: string): Bytes {
    return units(`${kind}${type}\0${this.name}\0${key}`);
  }

  /** Seals a text: a digit for its width, then the ciphertext. The width is bound with the rest. */
  private box(key: DataKey, nonce: Bytes, text: string, context: (wide: boolean) => Bytes): string {
    let wide = false;
    for (let i = 0; i < text.length && !wide; i++) wide = text.charCodeAt(i) > 255;
    const plain = wide ? units(text) : fromBinary(text);
    const sealed = xchacha20poly1305(key.bytes, nonce, context(wide)).encrypt(plain);
    return (wide ? '1' : '0') + toBinary(sealed);
  }

  private unbox(key: DataKey, nonce: Bytes, boxed: string, context: (wide: boolean) => Bytes): string | undefined {
    const wide = boxed.startsWith('1');
    if (!wide && !boxed.startsWith('0')) return undefined;
    try {
      const plain = xchacha20poly1305(key.bytes, nonce, context(wide)).decrypt(fromBinary(boxed.slice(1)));
      return toBinary(wide ? new Uint16Array(plain.slice().buffer) : plain);
    } catch {
      return undefined;
    }
  }

  private readonly boundKey = (wide: boolean): Bytes => this.keyContext[wide ? 1 : 0];

  private bound(type: number, key: string): (wide: boolean) => Bytes {
    return (wide) => this.context(wide ? 'T' : 't', type, key);
  }

  /** Seals a text for an entry whose key stands open. */
  seal(key: string, type: number, text: string): string {
    const present = this.take();
    const nonce = random(nonceBytes);
    return present.id + toBinary(nonce) + this.box(present, nonce, text, this.bound(type, key));
  }

  /** The text that seal() was given; undefined when it cannot be opened. */
  open(key: string, type: number, sealed: string): string | undefined {
    const by = this.find(sealed.slice(0, idBytes));
    return by && this.unbox(by, nonceOf(sealed), sealed.slice(idBytes + nonceBytes), this.bound(type, key));
  }

  /** Seals a whole entry: the text goes under the nonce of the key with its last bit turned. '' stays ''. */
  sealEntry(key: string, type: number, text: string): Parts {
    const present = this.take();
    const nonce = random(nonceBytes);
    const start = present.id + toBinary(nonce);
    const sealedKey = start + this.box(present, nonce, key, this.boundKey);
    return [sealedKey, text === '' ? '' : this.box(present, textNonce(sealedKey), text, this.bound(type, key))];
  }

  /** Whether an entry is sealed with the present key. */
  isPresent(parts: Parts): boolean {
    return parts[0].startsWith(this.present().id);
  }

  /** Whether the key that has sealed an entry is at hand. */
  has(sealedKey: string): boolean {
    return this.find(sealedKey.slice(0, idBytes)) !== undefined;
  }

  openKey(sealedKey: string): string | undefined {
    const by = this.find(sealedKey.slice(0, idBytes));
    return by && this.unbox(by, nonceOf(sealedKey), sealedKey.slice(idBytes + nonceBytes), this.boundKey);
  }

  openText(key: string, type: number, [sealedKey, sealedText]: Parts): string | undefined {
    const by = this.find(sealedKey.slice(0, idBytes));
    return by && this.unbox(by, textNonce(sealedKey), sealedText, this.bound(type, key));
  }

  /** What getStorage gives for a sealed value of wx; undefined when it cannot be opened. */
  read(space: Space, slot: number, type: number): object | undefined {
    const text = this.open(space.texts.keys[slot]!, type, space.texts.texts[slot]!);
    if (text === undefined) {
      lose(space, slot);
      return undefined;
    }
    const data: unknown = type === tag.json ? JSON.parse(text) : decode(type, text);
    return { data, errMsg: 'getStorage:ok' };
  }
}

/** Reports an entry that cannot be opened. */
function lose(space: Space, slot: number): void {
  space.report(entryDamaged, codeDamaged, slot);
}

/** Prepares a space for single values that are to be sealed. */
export async function sealValues(space: Space, option: KeyOption): Promise<void> {
  const seal = new Seal(space.name, space.items?.storage, await stretchedKey(option, space.name));
  await seal.learn(space.database?.db);
  space.seal = seal;
}

/** Makes a space that is not open yet seal everything. */
export async function sealSpace(space: Space, option: KeyOption): Promise<void> {
  sealWith(space, await stretchedKey(option, space.name));
}

/** The same at once: it takes no passphrase. */
export function sealSpaceSync(space: Space, option: KeyOption): void {
  sealWith(space, givenKey(option));
}

function sealWith(space: Space, given: Bytes | undefined): void {
  const { database, items } = space;
  const seal = new Seal(space.name, items?.storage, given);
  space.texts = new (sealedTexts(space.texts.constructor as new () => Texts))(seal, tag.json, (slot) => lose(space, slot));
  if (database) {
    // Whenever records have been read, their keys must be known before the engine sees them.
    const reading = new Set<number>();
    for (const name of ['open', 'list', 'fetch'] as const) {
      const read = database[name].bind(database) as (call: number, ...more: unknown[]) => void;
      database[name] = (call: number, ...more: unknown[]) => {
        reading.add(call);
        read(call, ...more);
      };
    }
    const { settle } = database;
    database.settle = (call, code) => {
      if (reading.delete(call) && code === 0) void seal.learn(database.db).then(() => settle(call, code));
      else settle(call, code);
    };
  } else {
    // What the classic script cannot open in a space that has moved is read by the space that takes over.
    const report = space.report.bind(space);
    space.report = (kind, code, slot) => {
      if (kind !== entryDamaged || !items?.movedToDatabase) report(kind, code, slot);
    };
  }
}

function nonceOf(sealed: string): Bytes {
  return fromBinary(sealed.slice(idBytes, idBytes + nonceBytes));
}

function textNonce(sealedKey: string): Bytes {
  const nonce = nonceOf(sealedKey);
  nonce[nonceBytes - 1]! ^= 1;
  return nonce;
}

/**
 * Texts that are sealed, with their keys, on the way into records: once for each version, when it is first written.
 * Of what is loaded the keys are opened at once, the texts when they are first read.
 */
function sealedTexts(Base: new () => Texts) {
  return class SealedTexts extends Base {
    /** Entries as records hold them, by slot. A slot whose text is '' here and is none there has not been opened. */
    private readonly stored: Array<Parts | undefined> = [];
    private readonly storedBefore = new Map<number, Parts | undefined>();
    private readonly reported = new WeakSet<Parts>();
    /** The key of the selected entry as it was read. */
    private sealedKey = '';

    constructor(
      private readonly seal: Seal,
      private readonly type: number,
      private readonly lost: (slot: number) => void,
    ) {
      super();
    }

    override set(slot: number, text: string): void {
      super.set(slot, text);
      this.stored[slot] = undefined;
    }

    override parts(slot: number): Parts {
      const stored = this.stored[slot];
      if (slot === 0 || (stored && this.seal.isPresent(stored))) return stored ?? super.parts(slot);
      const text = this.text(slot);
      if (text === undefined) return stored!;
      const parts = this.seal.sealEntry(this.keys[slot]!, this.type, text);
      this.stored[slot] = parts;
      this.sums[slot] = -1;
      return parts;
    }

    /** The text of a slot; undefined when it cannot be opened. */
    private text(slot: number): string | undefined {
      const text = this.texts[slot]!;
      const stored = this.stored[slot];
      if (text !== '' || !stored || stored[1] === '') return text;
      const opened = this.seal.openText(this.keys[slot]!, this.type, stored);
      if (opened !== undefined) this.texts[slot] = opened;
      else if (!this.reported.has(stored)) {
        this.reported.add(stored);
        this.lost(slot);
      }
      return opened;
    }

    override parsed(slot: number): unknown {
      return this.text(slot) === undefined ? undefined : super.parsed(slot);
    }

    override read(offset: number, keyUnits: number, textUnits: number): number {
      const sum = super.read(offset, keyUnits, textUnits);
      if (sum < 0 || keyUnits === 0) return sum; // the floor has no key
      this.sealedKey = this.selectedKey;
      if (!this.seal.has(this.selectedKey)) return sum + locked;
      const key = this.seal.openKey(this.selectedKey);
      if (!key) return -1;
      this.selectedKey = key;
      return sum;
    }

    override adopt(slot: number): void {
      super.adopt(slot);
      const text = this.texts[slot]!;
      this.set(slot, '');
      this.stored[slot] = [this.sealedKey, text];
    }

    override keep(slot: number, version: number): void {
      super.keep(slot, version);
      this.storedBefore.set(version, this.stored[slot]);
    }

    override forget(): void {
      super.forget();
      this.storedBefore.clear();
    }

    override restore(slot: number, version: number): void {
      super.restore(slot, version);
      this.stored[slot] = this.storedBefore.get(version);
    }
  };
}
