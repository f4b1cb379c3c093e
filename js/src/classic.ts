// The entry point minipoly.js: a classic script after which wx and my are there, with no await. The module comes in
// the script; browsers compile up to 8 MiB synchronously (Chromium before 2023: 4 KB).
import base64 from 'minipoly:wasm';
import type { Mini, Options } from '../types/minipoly.js';
import { defineApp } from './app.js';
import { expose } from './install.js';
import { openMini, openMiniSync } from './mini.js';
import * as sealing from './seal.js';

const version = MINIPOLY_VERSION;

function moduleBytes(): Uint8Array<ArrayBuffer> {
  // Three times as quick, where the browser has it.
  const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (fromBase64) return fromBase64.call(Uint8Array, base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The options that the script element carries. */
function scriptOptions(data: DOMStringMap): Options {
  const options: Options = data.options ? (JSON.parse(data.options) as Options) : {};
  if (data.appId !== undefined) options.appId = data.appId;
  if (data.userId !== undefined) options.userId = data.userId;
  if (data.pluginId !== undefined) options.pluginId = data.pluginId;
  if (data.storage !== undefined) options.storage = data.storage as NonNullable<Options['storage']>;
  if (data.durability !== undefined) options.durability = data.durability as NonNullable<Options['durability']>;
  if (data.platforms !== undefined) {
    options.platforms = data.platforms.split(/[\s,]+/).filter(Boolean) as NonNullable<Options['platforms']>;
  }
  return options;
}

const options = scriptOptions(document.currentScript?.dataset ?? {});
const bytes = moduleBytes();

let module: WebAssembly.Module;
try {
  module = new WebAssembly.Module(bytes);
} catch (error) {
  throw new Error(
    `minipoly: this browser does not compile the module synchronously (${(error as Error).message}); ` +
      'use minipoly.mjs and await install()',
  );
}

sealing.settings.leave = true;
const createMini = async (more: Options = {}): Promise<Mini> => openMini(module, more, () => sealing);
const mini = openMiniSync(module, options, sealing);
expose(mini, { version, mini, createMini });
defineApp();
