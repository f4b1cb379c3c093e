/** The storage APIs that the page can run, with arguments worth trying. */

import type { MessageKey } from './messages.js';
import type { Platform } from './state.js';

export interface Example {
  readonly label: MessageKey;
  /** The argument list, as literals.ts reads it. */
  readonly args: string;
}

export interface Api {
  readonly name: string;
  /** `async` takes callbacks and gives promises; `sync` returns or throws. */
  readonly kind: 'async' | 'sync';
  /** Whether calling it a thousand times leaves things as one call does. */
  readonly repeatable: boolean;
  /** Parameters as the vendor's page writes them. */
  readonly signature: string;
  /** At least one; the first is what the editor starts with. */
  readonly examples: readonly [Example, ...Example[]];
}

const CART = '{\n  items: ["tea", "milk"],\n  total: 39.8\n}';
const SET_CART = `{\n  key: "cart",\n  data: ${CART.replaceAll('\n', '\n  ')}\n}`;

function async(name: string, signature: string, ...examples: [Example, ...Example[]]): Api {
  return { name, kind: 'async', repeatable: false, signature: `(${signature})`, examples };
}

function sync(name: string, signature: string, ...examples: [Example, ...Example[]]): Api {
  return { name, kind: 'sync', repeatable: !name.endsWith('BufferURL'), signature: `(${signature})`, examples };
}

const example = (label: MessageKey, args: string): Example => ({ label, args });

const WX: readonly Api[] = [
  async('setStorage', '{ key, data, encrypt?, success?, fail?, complete? }',
    example('ex.object', SET_CART),
    example('ex.date', '{ key: "since", data: Date("2026-01-01T00:00:00Z") }'),
    example('ex.nan', '{ key: "ratio", data: NaN }'),
    example('ex.encrypted', '{ key: "token", data: "s3cret", encrypt: true }'),
    example('ex.bytes', '{ key: "bytes", data: Uint8Array[1, 2, 3] }'),
    example('ex.badKey', '{ key: 42, data: "x" }'),
    example('ex.emptyKey', '{ key: "", data: "x" }'),
    example('ex.tooLong', '{ key: "big", data: repeat("x", 1048574) }')),
  async('getStorage', '{ key, encrypt?, success?, fail?, complete? }',
    example('ex.stored', '{ key: "cart" }'),
    example('ex.missing', '{ key: "nothing here" }'),
    example('ex.encrypted', '{ key: "token", encrypt: true }'),
    example('ex.badKey', '{ key: 42 }'),
    example('ex.noObject', 'null')),
  async('removeStorage', '{ key, success?, fail?, complete? }',
    example('ex.stored', '{ key: "cart" }'),
    example('ex.missing', '{ key: "nothing here" }'),
    example('ex.emptyKey', '{ key: "" }')),
  async('clearStorage', '{ success?, fail?, complete? }?', example('ex.noArguments', '')),
  async('getStorageInfo', '{ success?, fail?, complete? }?', example('ex.noArguments', '')),
  async('batchSetStorage', '{ kvList: [{ key, value }], success?, fail?, complete? }',
    example('ex.several', '{\n  kvList: [\n    { key: "theme", value: "dark" },\n    { key: "visits", value: 7 }\n  ]\n}'),
    example('ex.emptyList', '{ kvList: [] }')),
  async('batchGetStorage', '{ keyList: [key], success?, fail?, complete? }',
    example('ex.several', '{ keyList: ["theme", "visits", "nothing here"] }'),
    example('ex.emptyList', '{ keyList: [] }')),
  sync('setStorageSync', 'key, data',
    example('ex.object', `"cart",\n${CART}`),
    example('ex.date', '"since", Date("2026-01-01T00:00:00Z")'),
    example('ex.undefined', '"gap", undefined'),
    example('ex.nested', '"nested", { at: Date("2026-01-01T00:00:00Z"), ratio: NaN, gap: undefined }'),
    example('ex.bytes', '"bytes", Uint8Array[1, 2, 3]'),
    example('ex.badKey', '42, "x"'),
    example('ex.tooLong', '"big", repeat("x", 1048574)')),
  sync('getStorageSync', 'key',
    example('ex.stored', '"cart"'),
    example('ex.missing', '"nothing here"'),
    example('ex.badKey', '42')),
  sync('removeStorageSync', 'key', example('ex.stored', '"cart"'), example('ex.missing', '"nothing here"')),
  sync('clearStorageSync', '', example('ex.noArguments', '')),
  sync('getStorageInfoSync', '', example('ex.noArguments', '')),
  sync('batchSetStorageSync', '[{ key, value }]',
    example('ex.several', '[\n  { key: "theme", value: "dark" },\n  { key: "visits", value: 7 }\n]'),
    example('ex.badArgument', '5')),
  sync('batchGetStorageSync', '[key]',
    example('ex.several', '["theme", "visits", "nothing here"]'),
    example('ex.badArgument', '5')),
  sync('createBufferURL', 'buffer', example('ex.bytes', 'Uint8Array[72, 105, 33]'), example('ex.badArgument', '"Hi!"')),
  sync('revokeBufferURL', 'url', example('ex.bufferURL', '"blob:paste-a-buffer-url-here"')),
  sync('canIUse', 'schema',
    example('ex.api', '"setStorage"'),
    example('ex.parameter', '"setStorage.object.encrypt"'),
    example('ex.unknown', '"teleport"')),
];

const MY: readonly Api[] = [
  async('setStorage', '{ key, data, success?, fail?, complete? }',
    example('ex.object', SET_CART),
    example('ex.date', '{ key: "since", data: Date("2026-01-01T00:00:00Z") }'),
    example('ex.nan', '{ key: "ratio", data: NaN }'),
    example('ex.noData', '{ key: "gap" }'),
    example('ex.emptyKey', '{ key: "", data: "x" }'),
    example('ex.tooLong', '{ key: "big", data: repeat("x", 204781) }')),
  async('getStorage', '{ key, success?, fail?, complete? }',
    example('ex.stored', '{ key: "cart" }'),
    example('ex.missing', '{ key: "nothing here" }'),
    example('ex.emptyKey', '{ key: "" }')),
  async('removeStorage', '{ key, success?, fail?, complete? }',
    example('ex.stored', '{ key: "cart" }'),
    example('ex.missing', '{ key: "nothing here" }'),
    example('ex.emptyKey', '{ key: "" }')),
  async('clearStorage', '{ success?, fail?, complete? }?', example('ex.noArguments', '')),
  async('getStorageInfo', '{ success?, fail?, complete? }?', example('ex.noArguments', '')),
  sync('setStorageSync', '{ key, data }',
    example('ex.object', SET_CART),
    example('ex.nested', '{ key: "nested", data: { at: Date("2026-01-01T00:00:00Z"), ratio: NaN, gap: undefined } }'),
    example('ex.noData', '{ key: "gap" }'),
    example('ex.emptyKey', '{ key: "", data: "x" }'),
    example('ex.tooLong', '{ key: "big", data: repeat("x", 204781) }')),
  sync('getStorageSync', '{ key }',
    example('ex.stored', '{ key: "cart" }'),
    example('ex.missing', '{ key: "nothing here" }'),
    example('ex.emptyKey', '{ key: "" }')),
  sync('removeStorageSync', '{ key }',
    example('ex.stored', '{ key: "cart" }'),
    example('ex.missing', '{ key: "nothing here" }')),
  sync('clearStorageSync', '', example('ex.noArguments', '')),
  sync('getStorageInfoSync', '', example('ex.noArguments', '')),
  sync('canIUse', 'schema',
    example('ex.api', '"setStorage"'),
    example('ex.parameter', '"setStorage.object.key"'),
    example('ex.unknown', '"teleport"')),
];

export const APIS: Readonly<Record<Platform, readonly Api[]>> = { wx: WX, my: MY };

/** The API of that name, or setStorage where the platform has none. */
export function findApi(platform: Platform, name: string): Api {
  const api = APIS[platform].find((candidate) => candidate.name === name) ?? APIS[platform][0];
  if (!api) throw new Error(`no API listed for ${platform}`);
  return api;
}
