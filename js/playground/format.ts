/** Pretty-prints any JavaScript value with its types, as coloured tokens rather than markup. */

import { el } from './dom.js';

type Style = 'string' | 'number' | 'word' | 'type' | 'key' | 'mark' | 'note';

interface Token {
  readonly text: string;
  readonly style: Style;
}

/** A bracketed group that goes on one line when it fits and one item a line when not. */
interface Group {
  readonly open: Token;
  readonly items: readonly Doc[];
  readonly close: Token;
}
type Doc = ReadonlyArray<Token | Group>;

interface Limits {
  /** Characters shown of one string. */
  readonly text: number;
  /** Items shown of one array or object. */
  readonly items: number;
  readonly depth: number;
}

const FULL = { text: 600, items: 60, depth: 8 };
const BRIEF = { items: 6, depth: 3 };

const token = (text: string, style: Style): Token => ({ text, style });
const counted = (name: string, count: number): string => `${name}(${count.toLocaleString('en')})`;

/** Pixels of a character at 13 px, the size style.css gives to values. */
const COLUMN = 7.9;

/** Columns that a log line needs beside its value: what came, its type, and when. */
const BESIDE = 32;
/** Columns that are there even on the narrowest screen. */
const SHORT = 10;

/** The type to show beside a value; undefined where the value's own text begins with it or says as much. */
export function typeBadge(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || Array.isArray(value)
    || tag(value) === 'Object' ? typeName(value) : undefined;
}

function typeName(value: unknown): string {
  if (typeof value === 'string') return counted('String', value.length);
  if (Array.isArray(value)) return counted('Array', value.length);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return counted(tag(value), value.byteLength);
  return tag(value);
}

/** The value on one line, or on several where it would be wider than so many columns. */
export const pretty = (value: unknown, columns: number): HTMLElement => draw(value, FULL, columns);

/** The start of the value on one line, with so many characters of each string. */
export const preview = (value: unknown, text = 60): HTMLElement => draw(value, { ...BRIEF, text }, Infinity);

/** Columns of the pretty-printer's font that fit into an element, beside `taken` pixels of other things. */
export function columnsIn(node: Element, taken: number): number {
  return Math.max(24, Math.floor((node.clientWidth - taken) / COLUMN));
}

function draw(value: unknown, limits: Limits, columns: number): HTMLElement {
  const tokens = [...layout(describe(value, limits, []), columns, 0)];
  const text = tokens.map((part) => part.text).join('');
  const tall = text.includes('\n') || text.length > Math.max(SHORT, columns - BESIDE);
  return el('code', { class: tall ? 'value tall' : 'value' },
    ...tokens.map((part) => el('span', { class: `tok-${part.style}` }, part.text)));
}

/** The start of a text that may be a megabyte long. */
export function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function tag(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function describe(value: unknown, limits: Limits, outer: readonly object[]): Doc {
  switch (typeof value) {
    case 'string':
      return quote(value, limits);
    case 'number':
      return [token(Object.is(value, -0) ? '-0' : String(value), 'number')];
    case 'bigint':
      return [token(`${String(value)}n`, 'number')];
    case 'boolean':
    case 'undefined':
      return [token(String(value), 'word')];
    case 'function':
      return [token(`function ${value.name}`, 'type')];
    case 'symbol':
      return [token(value.toString(), 'type')];
    default:
      return value ? describeObject(value, limits, outer) : [token('null', 'word')];
  }
}

function describeObject(value: object, limits: Limits, outer: readonly object[]): Doc {
  if (outer.includes(value)) return [token('[circular]', 'note')];
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    return [token('Date', 'type'), token(' ', 'mark'), token(text, 'string')];
  }
  if (value instanceof Promise) return [token('Promise', 'type')];
  if (outer.length >= limits.depth) return [token(typeName(value), 'type'), token(' …', 'note')];

  const inner = [...outer, value];
  if (Array.isArray(value)) {
    // Array.from: a hole is shown as undefined.
    const shown = Array.from(value.slice(0, limits.items), (item) => describe(item, limits, inner));
    return [group('[', shown, ']', value.length)];
  }
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    const shown = Array.from(bytes.subarray(0, limits.items), (byte) => [token(String(byte), 'number')]);
    return [token(typeName(value), 'type'), token(' ', 'mark'), group('[', shown, ']', bytes.length)];
  }
  const entries = Object.entries(value);
  const fields = entries.slice(0, limits.items).map(([key, item]) => field(key, item, limits, inner));
  const body = group('{', fields, '}', entries.length);
  if (value instanceof Error) {
    const head = [token(value.name, 'type'), token(': ', 'mark'), token(value.message, 'string')];
    return fields.length === 0 ? head : [...head, token(' ', 'mark'), body];
  }
  const name = tag(value);
  return name === 'Object' ? [body] : [token(name, 'type'), token(' ', 'mark'), body];
}

function field(key: string, value: unknown, limits: Limits, outer: readonly object[]): Doc {
  const start = clip(key, limits.text);
  const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(start) ? start : JSON.stringify(start);
  return [token(name, 'key'), token(': ', 'mark'), ...describe(value, limits, outer)];
}

function quote(text: string, limits: Limits): Doc {
  if (text.length <= limits.text) return [token(JSON.stringify(text), 'string')];
  const rest = (text.length - limits.text).toLocaleString('en');
  return [token(JSON.stringify(text.slice(0, limits.text)), 'string'), token(` … +${rest}`, 'note')];
}

/** The first items of `total`, in brackets. */
function group(open: string, shown: readonly Doc[], close: string, total: number): Group {
  const hidden = total - shown.length;
  const items = hidden > 0 ? [...shown, [token(`… +${hidden.toLocaleString('en')}`, 'note')]] : shown;
  return { open: token(open, 'mark'), items, close: token(close, 'mark') };
}

function* layout(doc: Doc, width: number, indent: number): Generator<Token> {
  for (const part of doc) {
    if (!('items' in part)) {
      yield part;
      continue;
    }
    const broken = part.items.length > 0 && indent + length(part) > width;
    const pad = (part.open.text === '{' && part.items.length > 0) ? ' ' : '';
    yield part.open;
    for (const [index, item] of part.items.entries()) {
      if (broken) yield token(`${index > 0 ? ',' : ''}\n${' '.repeat(indent + 2)}`, 'mark');
      else yield token(index > 0 ? ', ' : pad, 'mark');
      yield* layout(item, width, indent + 2);
    }
    yield token(broken ? `\n${' '.repeat(indent)}` : pad, 'mark');
    yield part.close;
  }
}

/** Columns a document takes on one line. */
function length(part: Token | Group): number {
  if (!('items' in part)) return part.text.length;
  let sum = 4;
  for (const item of part.items) for (const inner of item) sum += length(inner) + 1;
  return sum;
}
