// JavaScript values as typed text and back (spec wx-storage.md section 2, my-storage.md section 5).
import * as tag from './tags.js';

/** A value as it is stored: type tag and text. */
export type Encoded = [tag: number, text: string];

// eslint-disable-next-line @typescript-eslint/unbound-method -- always called with a value
const typeName = Object.prototype.toString;

/** The name that Object.prototype.toString gives a value's type, such as String or Null. */
export function typeOf(value: unknown): string {
  if (typeof value === 'string') return 'String';
  return typeName.call(value).slice(8, -1);
}

const emptyText: Encoded = [tag.string, ''];

/** The text of a value of wx. What has no text is stored as '', as the base library does. */
export function encodeWx(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return [tag.string, value];
    case 'number':
      return [tag.number, String(value)];
    case 'boolean':
      return [tag.boolean, String(value)];
    case 'undefined':
      return [tag.undefined, 'undefined'];
    case 'object':
      return value === null ? [tag.null, 'null'] : encodeObject(value);
    default:
      return emptyText;
  }
}

function encodeObject(value: object): Encoded {
  switch (typeName.call(value)) {
    case '[object Object]':
    case '[object Array]': {
      const text = JSON.stringify(value) as string | undefined;
      return text === undefined ? [tag.undefined, 'undefined'] : [tag.json, text];
    }
    case '[object Date]':
      return [tag.date, String(Number(value))];
    case '[object String]':
      return [tag.string, String(value)];
    case '[object Number]':
      return [tag.number, String(Number(value))];
    case '[object Boolean]':
      return [tag.boolean, String(value)];
    default:
      return emptyText;
  }
}

/** The value of a stored text other than JSON; a sealed one stays as it is. */
export function decode(type: number, text: string): unknown {
  switch (type) {
    case tag.string:
      return text;
    case tag.number:
      return parseFloat(text);
    case tag.boolean:
      return text === 'true';
    case tag.date:
      return new Date(parseInt(text, 10));
    case tag.null:
      return null;
    default:
      return type & 16 ? text : undefined;
  }
}
