/** Calls an API and reports, in order, everything that comes back. */

import type { CallStyle } from './state.js';

export type OutcomeKind = 'return' | 'throw' | 'success' | 'fail' | 'complete' | 'resolve' | 'reject';

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly payload: unknown;
  /** Milliseconds since the call began. */
  readonly after: number;
  /** The very object that the callback or promise before it was given. */
  readonly same: boolean;
}

export type Method = (...args: unknown[]) => unknown;

/** The platform's method of that name, ready to be called on its own. */
export function methodOf(platform: object, name: string): Method {
  return (Reflect.get(platform, name) as Method).bind(platform);
}

/**
 * Calls `method` once. Outcomes are given to `report` in their order, in a later task: drawing one takes longer than a
 * call, and must not delay the callback after it. The call's own duration is returned, in milliseconds. `style`
 * undefined is a synchronous API, which gets its arguments as they are.
 */
export function runOnce(
  method: Method,
  args: readonly unknown[],
  style: CallStyle | undefined,
  report: (outcome: Outcome) => void,
): number {
  let start = 0;
  let last: unknown;
  const waiting: Outcome[] = [];
  const note = (kind: OutcomeKind, payload: unknown): void => {
    const after = performance.now() - start;
    const same = last === payload && typeof payload === 'object' && payload !== null;
    last = payload;
    if (waiting.push({ kind, payload, after, same }) === 1) setTimeout(() => waiting.splice(0).forEach(report));
  };

  const actual = style === 'callback' ? withCallbacks(args, note) : args;
  start = performance.now();
  try {
    const result = method(...actual);
    const took = performance.now() - start;
    note('return', result);
    if (result instanceof Promise) {
      result.then(
        (value) => { note('resolve', value); },
        (reason: unknown) => { note('reject', reason); },
      );
    }
    return took;
  } catch (error) {
    const took = performance.now() - start;
    note('throw', error);
    return took;
  }
}

/** Mean milliseconds of a call over `count` calls; what the method throws is thrown on. */
export function timeCalls(method: Method, args: readonly unknown[], count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) method(...args);
  return (performance.now() - start) / count;
}

/** The smallest step of the page's clock, in milliseconds: browsers coarsen it, each in its own way. */
export function clockStep(): number {
  const start = performance.now();
  let now = start;
  while (now === start) now = performance.now();
  return now - start;
}

/** Adds the three callbacks to an object argument, or to no argument; anything else stays what the user wrote. */
function withCallbacks(args: readonly unknown[], note: (kind: OutcomeKind, payload: unknown) => void): unknown[] {
  const [first = {}, ...rest] = args;
  if (Object.prototype.toString.call(first) !== '[object Object]') return [...args];
  const callbacks = {
    success: (result: unknown) => { note('success', result); },
    fail: (error: unknown) => { note('fail', error); },
    complete: (result: unknown) => { note('complete', result); },
  };
  return [{ ...(first as object), ...callbacks }, ...rest];
}
