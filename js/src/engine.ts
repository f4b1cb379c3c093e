// The module and what it needs to run: one instance, its memory, and the strings that pass through it.
import { loadGo } from 'minipoly:go';
import { databaseImports } from './database.js';
import { itemImports } from './items.js';
import { Memory } from './memory.js';
import type { Host } from './records.js';
import type { Space } from './space.js';
import { textImports } from './texts.js';

/** What the module exports; wasm/bridge documents each function. */
export interface Exports {
  reserve(bytes: number): number;
  answer_ptr(): number;
  answer_len(): number;
  answer_number(): number;
  name_level(units: number): void;
  name_done(): void;
  key_error(api: number, options: number): number;
  failure(api: number, options: number, code: number): void;
  not_found(api: number): void;
  not_sealed(api: number): void;
  fail(api: number): void;
  violated(api: number, check: number): void;
  invalid(api: number): void;
  can_use(platform: number): number;
  current_size(platform: number, units: number): number;
  limit_size(): number;
  limit_units(platform: number): number;
  space_new(platform: number, node: number): number;
  space_open(space: number, driver: number, journal: number): void;
  space_close(space: number): void;
  slot_new(space: number, keyUnits: number): number;
  slot_abandon(space: number, slot: number): void;
  put(space: number, slot: number, tag: number, units: number, mode: number): number;
  remove(space: number, slot: number, mode: number): number;
  clear(space: number, mode: number): void;
  tag(space: number, slot: number): number;
  version(space: number, slot: number): number;
  size(space: number, slot: number): number;
  where(space: number, slot: number): number;
  slots(space: number): number;
  slots_ptr(): number;
  usage(space: number): number;
  changes(space: number): number;
  pending(space: number): number;
  busy(space: number): number;
  ticket(space: number): number;
  end_task(space: number): void;
  write_now(space: number): number;
  mark(space: number): number;
  rollback(space: number, mark: number): void;
  tick(space: number): void;
  refresh(space: number): void;
  overheard(space: number, header: number): void;
  settle(call: number, code: number): void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One instance of the module. */
export class Engine extends Memory implements Host {
  readonly exports: Exports;
  /** The spaces by number; the module names them so when it calls the host. */
  readonly spaces: Space[] = [];

  /** Starts the module. This is synchronous with both compilers. */
  constructor(module: WebAssembly.Module) {
    super();
    const imports: WebAssembly.ModuleImports = {
      ...textImports(this),
      ...itemImports(this),
      ...databaseImports(this),
      host_now: () => Date.now(),
      host_random: () => crypto.getRandomValues(new Uint32Array(1))[0],
      host_later: (space: number, ms: number) => this.space(space).later(ms),
      host_committed: (space: number, ticket: number, code: number) => this.space(space).committed(ticket, code),
      host_report: (space: number, kind: number, code: number, slot: number) =>
        this.space(space).report(kind, code, slot),
      host_announce: (space: number) => this.space(space).announce(),
      host_opened: (space: number, code: number) => this.space(space).opened(code),
    };
    const exports = MINIPOLY_TOOLCHAIN === 'tinygo' ? startTinyGo(module, imports) : startGo(module, imports);
    this.exports = exports as unknown as Exports;
    this.memory = (exports.memory ?? exports.mem) as WebAssembly.Memory;
  }

  space(number: number): Space {
    return this.spaces[number]!;
  }

  /** Writes a text to the scratch buffer as UTF-8. */
  write(text: string): void {
    const at = this.exports.reserve(text.length * 3);
    const { written } = encoder.encodeInto(text, this.bytes().subarray(at, at + text.length * 3));
    this.exports.reserve(written);
  }

  /** Writes ASCII to the scratch buffer. */
  writeAscii(text: string): void {
    this.putAscii(text, this.exports.reserve(text.length));
  }

  /** The text that the last call answered with. */
  answer(): string {
    const at = this.exports.answer_ptr();
    return decoder.decode(this.bytes().subarray(at, at + this.exports.answer_len()));
  }

  /** The name of the space with these levels of isolation. */
  spaceName(levels: readonly string[]): string {
    for (const level of levels) {
      const at = this.exports.reserve(level.length * 2);
      const bytes = this.bytes();
      for (let i = 0; i < level.length; i++) {
        const unit = level.charCodeAt(i);
        bytes[at + 2 * i] = unit & 255;
        bytes[at + 2 * i + 1] = unit >> 8;
      }
      this.exports.name_level(level.length);
    }
    this.exports.name_done();
    return this.answer();
  }
}

/**
 * A TinyGo module that does not import syscall/js needs nothing of the compiler's glue but a place to print to
 * (nothing prints) and a clock.
 */
function startTinyGo(module: WebAssembly.Module, minipoly: WebAssembly.ModuleImports): WebAssembly.Exports {
  const unsupported = (): number => 52; // ENOSYS
  const wasi = { fd_write: unsupported, fd_close: unsupported, fd_seek: unsupported, random_get: unsupported };
  const { exports } = new WebAssembly.Instance(module, { minipoly, wasi_snapshot_preview1: wasi });
  (exports._initialize as () => void)();
  return exports;
}

/** The standard compiler's module runs in its own glue, with an object in place of the page's global one. */
function startGo(module: WebAssembly.Module, minipoly: WebAssembly.ModuleImports): WebAssembly.Exports {
  const Go = loadGo({ Object, Array, Uint8Array, Error });
  const go = new Go();
  const instance = new WebAssembly.Instance(module, { ...go.importObject, minipoly });
  void go.run(instance);
  return instance.exports;
}
