/**
 * Reads the arguments of a call as a user types them: JSON, with the ease of JavaScript literals (bare keys, single
 * quotes, trailing commas), and the values JSON has no word for:
 *
 *     undefined  NaN  Infinity  Date("2026-01-01T00:00:00Z")  Uint8Array[1, 2, 3]  repeat("x", 1000)
 *
 * A parser of its own, because the page runs under a policy without eval.
 */

/** Text that is no argument list; `offset` is where reading stopped, in UTF-16 units. */
export class LiteralError extends Error {
  constructor(
    readonly found: string,
    readonly offset: number,
  ) {
    super(`unexpected ${found === '' ? 'end of text' : found} at offset ${String(offset)}`);
    this.name = 'LiteralError';
  }
}

/** The longest string `repeat` makes, in UTF-16 units: twice what a platform stores in all. */
const MAX_REPEAT = 20 * 1024 * 1024;

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\', '/': '/',
};

const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;

/** Parses a comma-separated list of values; empty text is no arguments. */
export function parseArguments(text: string): unknown[] {
  let at = 0;

  const fail = (offset: number, length = 1): never => {
    throw new LiteralError(text.slice(offset, offset + length), offset);
  };
  /** Matches a sticky pattern at the cursor and moves past it. */
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const peek = (): string => {
    take(/\s*/y);
    return text.charAt(at);
  };
  const accept = (char: string): boolean => {
    if (peek() !== char) return false;
    at++;
    return true;
  };
  const expect = (char: string): void => {
    if (!accept(char)) fail(at);
  };

  /** Reads `item`s separated by commas, the last comma optional, up to and including `close`. */
  const list = (close: string, item: () => void): void => {
    while (!accept(close)) {
      item();
      if (accept(',')) continue;
      expect(close);
      return;
    }
  };

  const string = (): string => {
    const quote = peek();
    if (quote !== '"' && quote !== "'") fail(at);
    at++;
    let value = '';
    for (;;) {
      value += take(/[^"'\\\n]*/y) ?? '';
      const char = text.charAt(at);
      if (char === '' || char === '\n') fail(at);
      at++;
      if (char === quote) return value;
      if (char !== '\\') {
        value += char;
        continue;
      }
      const unicode = take(/u[0-9a-fA-F]{4}/y);
      if (unicode !== undefined) {
        value += String.fromCharCode(parseInt(unicode.slice(1), 16));
        continue;
      }
      const escaped = ESCAPES[text.charAt(at)];
      if (escaped === undefined) fail(at - 1, 2);
      value += escaped ?? '';
      at++;
    }
  };

  const array = (): unknown[] => {
    const items: unknown[] = [];
    expect('[');
    list(']', () => items.push(value()));
    return items;
  };

  const object = (): Record<string, unknown> => {
    const fields: Record<string, unknown> = {};
    expect('{');
    list('}', () => {
      peek();
      const key = take(IDENTIFIER) ?? string();
      expect(':');
      // As JSON.parse does: an own field, also when the key is __proto__.
      Object.defineProperty(fields, key, { value: value(), enumerable: true, configurable: true, writable: true });
    });
    return fields;
  };

  const date = (start: number): Date => {
    expect('(');
    const moment = value();
    expect(')');
    if (typeof moment !== 'string' && typeof moment !== 'number') return fail(start, at - start);
    return new Date(moment);
  };

  const bytes = (start: number): Uint8Array => {
    const called = accept('(');
    const items = array();
    if (called) expect(')');
    if (!items.every((item): item is number => typeof item === 'number')) return fail(start, at - start);
    return Uint8Array.from(items);
  };

  const repeat = (start: number): string => {
    expect('(');
    const unit = string();
    expect(',');
    const count = value();
    expect(')');
    if (typeof count !== 'number' || !(count >= 0) || unit.length * count > MAX_REPEAT) return fail(start, at - start);
    return unit.repeat(count);
  };

  const value = (): unknown => {
    const next = peek();
    if (next === '{') return object();
    if (next === '[') return array();
    if (next === '"' || next === "'") return string();
    const number = take(/-?(?:Infinity\b|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y);
    if (number !== undefined) return Number(number);

    const start = at;
    const word = take(/(?:new\s+)?[A-Za-z]\w*/y) ?? '';
    switch (word.replace(/^new\s+/, '')) {
      case 'true': return true;
      case 'false': return false;
      case 'null': return null;
      case 'undefined': return undefined;
      case 'NaN': return NaN;
      case 'Date': return date(start);
      case 'Uint8Array': return bytes(start);
      case 'repeat': return repeat(start);
      default: return fail(start, word.length || 1);
    }
  };

  const values: unknown[] = [];
  list('', () => values.push(value()));
  return values;
}

/** Where an offset lies, counted from 1, as editors show it. */
export function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
