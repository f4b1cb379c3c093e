// The entry point storage.mjs: the storage family alone.
import type { Mini, Options } from '../types/minipoly.js';
import { creator, expose } from './install.js';

export const version = MINIPOLY_VERSION;

export const createMini = creator(() => new URL('./storage.wasm', import.meta.url));

export async function install(options?: Options): Promise<Mini> {
  const mini = await createMini(options);
  expose(mini, { version, mini, createMini });
  return mini;
}
