// What the storage families of wx and my share: a space, its engine, and the form of a failure.
import * as mode from './modes.js';
import type { Engine } from './engine.js';
import type { Space } from './space.js';

/** Options of the my dialect, as the module takes them. */
export const legacyInvalidParams = 1;

/** One platform's view of its space. */
export abstract class Dialect {
  /** How synchronous calls write. */
  protected readonly sync: number;

  constructor(
    protected readonly engine: Engine,
    /** May be replaced: the classic script moves from localStorage to IndexedDB. */
    public space: Space,
    strict: boolean,
    protected readonly options = 0,
  ) {
    this.sync = strict ? mode.strict : mode.deferred;
  }

  /** A failure in the form of the platform, from the module's answer. */
  protected abstract answered(): object;

  /** The failure for a code of the engine. */
  protected failure(api: number, code: number): object {
    this.engine.exports.failure(api, this.options, code);
    return this.answered();
  }

  /** Whether an API refuses a key; the module's answer then says why. Keys that have a slot were tested before. */
  protected refuses(api: number, key: string): boolean {
    if (this.space.find(key) !== 0) return false;
    this.engine.write(key);
    return this.engine.exports.key_error(api, this.options) !== 0;
  }

  /** The slot of a key that has been tested. */
  protected slot(key: string): number {
    const { space } = this;
    return space.find(key) || space.intern(key);
  }

  canIUse(schema: string): boolean {
    this.engine.write(schema);
    return this.engine.exports.can_use(this.space.platform) !== 0;
  }

  protected info(byAge: boolean): { keys: string[]; currentSize: number; limitSize: number } {
    const { exports } = this.engine;
    return {
      keys: this.space.keys(byAge),
      currentSize: exports.current_size(this.space.platform, this.space.usage()),
      limitSize: exports.limit_size(),
    };
  }
}
