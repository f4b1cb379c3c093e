// How a call of either platform gets its arguments checked and its callbacks run
// (spec wx-conventions.md sections 1, 5 and 6; my-conventions.md sections 1 and 4).
import { checks } from './catalogue.js';
import type { Engine } from './engine.js';
import { typeOf } from './values.js';
import { reportException } from './warnings.js';

type Callback = (result: unknown) => void;

/** The argument of an asynchronous call. */
export interface CallOptions {
  success?: Callback;
  fail?: Callback;
  complete?: Callback;
  [name: string]: unknown;
}

/** Runs callbacks: success or fail, then complete, with the same object; never in the call itself. */
export class Reply {
  private readonly success: unknown;
  private readonly fail: unknown;
  private readonly complete: unknown;
  resolve: Callback | undefined;
  reject: Callback | undefined;

  constructor(options: CallOptions) {
    this.success = options.success;
    this.fail = options.fail;
    this.complete = options.complete;
  }

  promise(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Settles the call in a later microtask. */
  soon(ok: boolean, result: unknown): void {
    queueMicrotask(() => this.settle(ok, result));
  }

  settle(ok: boolean, result: unknown): void {
    run(ok ? this.success : this.fail, result);
    (ok ? this.resolve : this.reject)?.(result);
    run(this.complete, result);
  }
}

/** Whether any callback was given, which decides about the promise in wx. */
export function hasCallback(options: CallOptions): boolean {
  return Boolean(options.success || options.fail || options.complete);
}

/** What a callback throws is reported and stops nothing. */
function run(callback: unknown, result: unknown): void {
  if (typeof callback !== 'function') return;
  try {
    (callback as Callback)(result);
  } catch (error) {
    reportException(error);
  }
}

/** The value at a path of the argument. */
function at(argument: unknown, path: readonly string[]): unknown {
  let value = argument;
  for (const step of path) value = (value as Record<string, unknown>)[step];
  return value;
}

/**
 * Tests an argument against the catalogue. False: the module's answer is the parameter error.
 */
export function conforms(engine: Engine, api: number, argument: unknown): boolean {
  const rules = checks[api];
  if (rules === undefined) return true;
  let failed: readonly string[] | undefined;
  for (let i = 0; i < rules.length; i++) {
    const [path, want, least] = rules[i]!;
    if (failed && failed.every((step, n) => step === path[n])) continue;
    const value = at(argument, path);
    if (typeof value === 'string' && want === 'String' && value.length >= least) continue;
    const actual = typeOf(value);
    if (actual === want && (least === 0 || (value as string | unknown[]).length >= least)) continue;
    failed = path;
    engine.write(actual === want ? '' : actual);
    engine.exports.violated(api, i);
  }
  if (!failed) return true;
  engine.exports.invalid(api);
  return false;
}

/**
 * The argument of an asynchronous call as an object, or undefined when it is none, with the module's answer being
 * the parameter error. A missing one is an empty object.
 */
export function asOptions(engine: Engine, api: number, argument: unknown): CallOptions | undefined {
  if (argument === undefined) return {};
  const type = typeOf(argument);
  if (type === 'Object') return argument as CallOptions;
  engine.write(type);
  engine.exports.violated(api, -1);
  engine.exports.invalid(api);
  return undefined;
}
