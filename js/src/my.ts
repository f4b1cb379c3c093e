// The storage family of my (spec my-storage.md): object arguments, failures that are returned, promises always.
import { myApi } from './catalogue.js';
import * as code from './codes.js';
import * as mode from './modes.js';
import * as tag from './tags.js';
import type { CallOptions } from './calls.js';
import { Reply } from './calls.js';
import { Dialect } from './dialect.js';
import { typeOf } from './values.js';

interface Failure {
  error: number;
  errorMessage: string;
  success: false;
}

type Result = Record<string, unknown>;

const done = { success: true };

export class MyStorage extends Dialect {
  protected override answered(): Failure {
    return { error: this.engine.exports.answer_number(), errorMessage: this.engine.answer(), success: false };
  }

  /** The argument as an object; anything else has no fields, which the APIs report as missing parameters. */
  private fields(argument: unknown): CallOptions {
    return typeOf(argument) === 'Object' ? (argument as CallOptions) : {};
  }

  /** The failure for an argument that is given and no object, where it may be left out. */
  private misfit(api: number, argument: unknown): Failure | undefined {
    if (argument === undefined || typeOf(argument) === 'Object') return undefined;
    return this.failure(api, code.invalidKey) as Failure;
  }

  /** Settles a call at once with what a synchronous call would return. */
  private immediate(argument: unknown, result: Result | Failure): Promise<unknown> {
    const reply = new Reply(this.fields(argument));
    const promise = reply.promise();
    reply.soon(!('error' in result), result);
    return promise;
  }

  /** Settles a call when its write is committed. */
  private written(api: number, argument: unknown, refused: Failure | undefined): Promise<unknown> {
    const reply = new Reply(this.fields(argument));
    const promise = reply.promise();
    if (refused) reply.soon(false, refused);
    else {
      this.space.whenCommitted((outcome) => {
        if (outcome === code.ok) reply.settle(true, { ...done });
        else reply.settle(false, this.failure(api, outcome));
      });
    }
    return promise;
  }

  /** The key of an argument as the platform takes it, or the failure for a missing one. */
  private key(api: number, argument: unknown): string | Failure {
    const { key } = this.fields(argument);
    const name = key === undefined || key === null ? '' : String(key);
    return this.refuses(api, name) ? this.answered() : name;
  }

  private put(api: number, argument: unknown, how: number): Failure | undefined {
    const key = this.key(api, argument);
    if (typeof key !== 'string') return key;
    // Undefined for what JSON has no text for, a missing value included.
    const text = JSON.stringify(this.fields(argument).data) as string | undefined;
    if (text === undefined) return this.failure(api, code.invalidKey) as Failure;
    const result = this.space.put(this.slot(key), tag.json, text, how);
    return result === code.ok ? undefined : (this.failure(api, result) as Failure);
  }

  private remove(api: number, argument: unknown, how: number): Failure | undefined {
    const key = this.key(api, argument);
    if (typeof key !== 'string') return key;
    const result = this.space.remove(this.space.find(key), how);
    return result === code.ok ? undefined : (this.failure(api, result) as Failure);
  }

  private get(api: number, argument: unknown): Result | Failure {
    const key = this.key(api, argument);
    if (typeof key !== 'string') return key;
    const slot = this.space.find(key);
    // Undefined for a text that cannot be opened: JSON has no text for it.
    const data = this.space.tag(slot) === tag.none ? undefined : this.space.value(slot, tag.json);
    return data === undefined ? { data: null } : { data, success: true };
  }

  setStorage(argument?: unknown): Promise<unknown> {
    return this.written(myApi.setStorage, argument, this.put(myApi.setStorage, argument, mode.awaited));
  }

  setStorageSync(argument?: unknown): Result | Failure {
    return this.put(myApi.setStorageSync, argument, this.sync) ?? { ...done };
  }

  getStorage(argument?: unknown): Promise<unknown> {
    return this.immediate(argument, this.get(myApi.getStorage, argument));
  }

  getStorageSync(argument?: unknown): Result | Failure {
    return this.get(myApi.getStorageSync, argument);
  }

  removeStorage(argument?: unknown): Promise<unknown> {
    return this.written(myApi.removeStorage, argument, this.remove(myApi.removeStorage, argument, mode.awaited));
  }

  removeStorageSync(argument?: unknown): Result | Failure {
    return this.remove(myApi.removeStorageSync, argument, this.sync) ?? { ...done };
  }

  private clear(api: number, argument: unknown, how: number): Failure | undefined {
    const misfit = this.misfit(api, argument);
    if (!misfit) this.space.clear(how);
    return misfit;
  }

  private describe(api: number, argument: unknown): Result | Failure {
    return this.misfit(api, argument) ?? { ...this.info(true), success: true };
  }

  clearStorage(argument?: unknown): Promise<unknown> {
    return this.written(myApi.clearStorage, argument, this.clear(myApi.clearStorage, argument, mode.awaited));
  }

  clearStorageSync(argument?: unknown): Result | Failure {
    return this.clear(myApi.clearStorageSync, argument, this.sync) ?? { ...done };
  }

  getStorageInfo(argument?: unknown): Promise<unknown> {
    return this.immediate(argument, this.describe(myApi.getStorageInfo, argument));
  }

  getStorageInfoSync(argument?: unknown): Result | Failure {
    return this.describe(myApi.getStorageInfoSync, argument);
  }

  override canIUse(name: unknown): boolean {
    return typeof name === 'string' && super.canIUse(name);
  }
}
