// The storage family of wx (spec wx-storage.md).
import { wxApi } from './catalogue.js';
import * as code from './codes.js';
import * as mode from './modes.js';
import * as tag from './tags.js';
import type { CallOptions } from './calls.js';
import { asOptions, conforms, hasCallback, Reply } from './calls.js';
import { Dialect } from './dialect.js';
import { encodeWx, typeOf } from './values.js';

const sealed = 16;

interface Failure {
  errMsg: string;
  errno?: number;
}

/** What the base library lets through to the caller; every other exception becomes undefined. */
function known(error: Error): Error {
  return Object.assign(error, { type: 'AppServiceSdkKnownError' });
}

/** The error that a synchronous call throws for a failure. */
function thrown(failure: Failure): Error {
  return Object.assign(known(new Error(`APP-SERVICE-SDK:${failure.errMsg}`)), failure);
}

export class WxStorage extends Dialect {
  /** The cipher is loaded for the first call with encrypt. The calls after it wait, too: they keep their order. */
  private loading: Promise<void> | undefined;

  protected override answered(): Failure {
    const errMsg = this.engine.answer();
    const errno = this.engine.exports.answer_number();
    return errno === 0 ? { errMsg } : { errMsg, errno };
  }

  /** Runs an asynchronous call: a promise when there is no callback. */
  private call(api: number, argument: unknown, work: (options: CallOptions, reply: Reply) => void): unknown {
    const options = asOptions(this.engine, api, argument);
    const reply = new Reply(options ?? {});
    const promise = options && hasCallback(options) ? undefined : reply.promise();
    if (!options || !conforms(this.engine, api, options)) reply.soon(false, this.answered());
    else if (this.space.seal || !(this.loading || options.encrypt === true)) work(options, reply);
    else {
      this.loading ??= this.space.events.seal(this.space);
      this.loading.then(
        () => work(options, reply),
        (error: unknown) => {
          this.loading = undefined;
          if (options.encrypt === true) reply.settle(false, this.failed(api, error));
          else work(options, reply);
        },
      );
    }
    return promise;
  }

  /** The failure with the message of an exception. */
  private failed(api: number, error: unknown): Failure {
    this.engine.write((error as Error).message);
    this.engine.exports.fail(api);
    return this.answered();
  }

  /** Runs a reading call, which has its answer at once. */
  private read(api: number, argument: unknown, look: (options: CallOptions) => object | undefined): unknown {
    const options = asOptions(this.engine, api, argument);
    const found = options && conforms(this.engine, api, options) ? look(options) : undefined;
    const result = found ?? this.answered();
    if (options && hasCallback(options)) {
      new Reply(options).soon(found !== undefined, result);
      return undefined;
    }
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the platform rejects with a plain object
    return found ? Promise.resolve(found) : Promise.reject(result);
  }

  /** Settles a call of a writing API with the outcome of the write, when it is committed. */
  private written(api: number, name: string, result: number, reply: Reply, more?: object): void {
    if (result !== code.ok) {
      reply.soon(false, this.failure(api, result));
      return;
    }
    this.space.whenCommitted((outcome) => {
      if (outcome === code.ok) reply.settle(true, { errMsg: `${name}:ok`, ...more });
      else reply.settle(false, this.failure(api, outcome));
    });
  }

  setStorage(argument?: unknown): unknown {
    const api = wxApi.setStorage;
    return this.call(api, argument, (options, reply) => {
      const key = String(options.key);
      if (this.refuses(api, key)) {
        reply.soon(false, this.answered());
        return;
      }
      let type: number, text: string;
      try {
        [type, text] = encodeWx(options.data);
      } catch (error) {
        reply.soon(false, this.failed(api, error));
        return;
      }
      const how = options.encrypt === true ? mode.awaited | 4 : mode.awaited;
      this.written(api, 'setStorage', this.space.put(this.slot(key), type, text, how), reply);
    });
  }

  setStorageSync(key: unknown, data: unknown): void {
    if (typeof key !== 'string') {
      console.error(`setStorageSync:fail the first parameter should be a string instead of ${typeOf(key)}`);
      return;
    }
    let slot = this.space.find(key);
    if (slot === 0) {
      if (this.refuses(wxApi.setStorageSync, key)) {
        const failure = this.answered();
        // A reserved key is refused in silence.
        if (failure.errno === undefined) return;
        throw thrown(failure);
      }
      slot = this.space.intern(key);
    }
    let type: number, text: string;
    try {
      [type, text] = encodeWx(data);
    } catch (error) {
      this.engine.exports.slot_abandon(this.space.number, slot);
      throw known(error as Error);
    }
    const result = this.space.put(slot, type, text, this.sync);
    if (result !== code.ok) throw thrown(this.failure(wxApi.setStorageSync, result) as Failure);
  }

  getStorage(argument?: unknown): unknown {
    // The usual call, a key that has a value and no callback, is answered without further ado.
    const { key, encrypt, success, fail, complete } = (argument ?? {}) as CallOptions;
    if (typeof key === 'string' && !success && !fail && !complete && encrypt === undefined) {
      const slot = this.space.find(key);
      const found = this.space.tag(slot);
      if (found !== tag.none && found < sealed) {
        return Promise.resolve({ data: this.space.value(slot, found), errMsg: 'getStorage:ok' });
      }
    }
    const api = wxApi.getStorage;
    if (encrypt !== true) return this.read(api, argument, this.look);
    return this.call(api, argument, (options, reply) => {
      const found = this.look(options);
      reply.soon(found !== undefined, found ?? this.answered());
    });
  }

  /** The result of getStorage; undefined for a failure, which is the module's answer. */
  private readonly look = (options: CallOptions): object | undefined => {
    const api = wxApi.getStorage;
    const key = String(options.key);
    const slot = this.space.find(key);
    const found = this.space.tag(slot);
    if (found === tag.none) {
      if (!this.refuses(api, key)) this.engine.exports.not_found(api);
      return undefined;
    }
    if (options.encrypt === true) {
      if (found < sealed) this.engine.exports.not_sealed(api);
      else {
        const result = this.space.seal!.read(this.space, slot, found - sealed);
        if (result) return result;
        this.engine.exports.not_found(api);
      }
      return undefined;
    }
    return { data: this.space.value(slot, found), errMsg: 'getStorage:ok' };
  };

  getStorageSync(key: unknown): unknown {
    if (typeof key !== 'string') return undefined;
    const slot = this.space.find(key);
    const found = this.space.tag(slot);
    if (found !== tag.none) return this.space.value(slot, found);
    return key !== '' && this.refuses(wxApi.getStorageSync, key) ? undefined : '';
  }

  removeStorage(argument?: unknown): unknown {
    const api = wxApi.removeStorage;
    return this.call(api, argument, (options, reply) => {
      const key = String(options.key);
      if (this.refuses(api, key)) reply.soon(false, this.answered());
      else this.written(api, 'removeStorage', this.space.remove(this.space.find(key), mode.awaited), reply);
    });
  }

  removeStorageSync(key: unknown): void {
    if (typeof key !== 'string') return;
    const result = this.space.remove(this.space.find(key), this.sync);
    if (result !== code.ok) throw thrown(this.failure(wxApi.removeStorageSync, result) as Failure);
  }

  clearStorage(argument?: unknown): unknown {
    const api = wxApi.clearStorage;
    return this.call(api, argument, (_, reply) => {
      this.written(api, 'clearStorage', this.space.clear(mode.awaited), reply);
    });
  }

  clearStorageSync(): void {
    this.space.clear(this.sync);
  }

  getStorageInfo(argument?: unknown): unknown {
    return this.read(wxApi.getStorageInfo, argument, () => ({ ...this.info(false), errMsg: 'getStorageInfo:ok' }));
  }

  getStorageInfoSync(): object {
    return this.info(false);
  }

  batchSetStorage(argument?: unknown): unknown {
    const api = wxApi.batchSetStorage;
    return this.call(api, argument, (options, reply) => {
      let result: number | Failure;
      try {
        result = this.putAll(api, options.kvList as unknown[], mode.awaited);
      } catch (error) {
        result = this.failed(api, error);
      }
      if (typeof result === 'number') this.written(api, 'batchSetStorage', result, reply, { errno: 0 });
      else reply.soon(false, result);
    });
  }

  batchSetStorageSync(kvList: unknown): void {
    const api = wxApi.batchSetStorageSync;
    // The base library swallows what goes wrong with a bad argument.
    if (!this.checked(api, { kvList })) return;
    const result = this.putAll(api, kvList as unknown[], mode.strict);
    if (result !== code.ok) throw thrown(typeof result === 'number' ? (this.failure(api, result) as Failure) : result);
  }

  /** Stores all pairs or none. The answer is a code of the engine, or the failure of a refused key. */
  private putAll(api: number, kvList: unknown[], how: number): number | Failure {
    const pairs: Array<[key: string, type: number, text: string]> = [];
    for (const item of kvList) {
      const { key, value } = item as { key: unknown; value: unknown };
      if (this.refuses(api, String(key))) return this.answered();
      pairs.push([String(key), ...encodeWx(value)]);
    }
    return this.space.atomically(how, () => {
      for (const [key, type, text] of pairs) {
        const refused = this.space.put(this.slot(key), type, text, how);
        if (refused !== code.ok) return refused;
      }
      return code.ok;
    });
  }

  private checked(api: number, argument: object): boolean {
    try {
      return conforms(this.engine, api, argument);
    } catch {
      return false;
    }
  }

  batchGetStorage(argument?: unknown): unknown {
    return this.read(wxApi.batchGetStorage, argument, (options) => ({
      dataList: this.getAll(options.keyList as unknown[]),
      errMsg: 'batchGetStorage:ok',
      errno: 0,
    }));
  }

  batchGetStorageSync(keyList: unknown): unknown {
    return this.checked(wxApi.batchGetStorageSync, { keyList }) ? this.getAll(keyList as unknown[]) : undefined;
  }

  private getAll(keyList: unknown[]): unknown[] {
    return Array.from(keyList, (key) => {
      const slot = this.space.find(String(key));
      const found = this.space.tag(slot);
      return found === tag.none ? null : this.space.value(slot, found);
    });
  }

  createBufferURL(buffer: unknown): string {
    if (!(buffer instanceof ArrayBuffer) && !ArrayBuffer.isView(buffer)) {
      const errMsg = 'createBufferURL:fail parameter error: parameter should be ArrayBuffer';
      throw Object.assign(new Error(errMsg), { errMsg });
    }
    return URL.createObjectURL(new Blob([buffer as ArrayBuffer]));
  }

  revokeBufferURL(url: unknown): void {
    URL.revokeObjectURL(String(url));
  }

  override canIUse(schema: unknown): boolean {
    if (schema === undefined) return false;
    if (typeof schema === 'string') return super.canIUse(schema);
    throw known(new Error('APP-SERVICE-SDK:canIUse: schema should be a string'));
  }
}
