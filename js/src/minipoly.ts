// The entry point minipoly.mjs.
import type { Mini, Options } from '../types/minipoly.js';
import { defineApp } from './app.js';
import { creator, expose } from './install.js';

export const version = MINIPOLY_VERSION;

export const createMini = creator(() => new URL('./minipoly.wasm', import.meta.url));

export async function install(options?: Options): Promise<Mini> {
  const mini = await createMini(options);
  expose(mini, { version, mini, createMini });
  defineApp();
  return mini;
}
