// install and createMini, for any entry point.
import type { Mini, Options } from '../types/minipoly.js';
import type { SealLoader } from './mini.js';
import { openMini } from './mini.js';

/** install() and createMini() settle within 5 s; the spaces take up to half of that. */
const loadTimeout = 2300; // ms

/** Compiles the module from whatever the option names. */
async function compile(source: NonNullable<Options['wasm']>): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), loadTimeout);
  try {
    const response = await fetch(source, { signal: abort.signal, credentials: 'same-origin' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    // A server that does not know the type application/wasm must do.
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`minipoly: cannot load ${String(source)}: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}

let sealing: ReturnType<typeof loadSeal> | undefined;

/** Loads what seals, once; the build makes it the file seal.mjs beside the entry point. */
function loadSeal(): Promise<Awaited<ReturnType<SealLoader>>> {
  if (!sealing) {
    sealing = new Promise((resolve, reject) => {
      setTimeout(reject, loadTimeout, new Error('minipoly: cannot load seal.mjs'));
      import('./seal.js').then(resolve, reject);
    });
    sealing.catch(() => (sealing = undefined));
  }
  return sealing;
}

/** Modules by URL: several Minis of a page share the compiled code. */
const modules = new Map<string, Promise<WebAssembly.Module>>();

function shared(source: NonNullable<Options['wasm']>): Promise<WebAssembly.Module> {
  if (typeof source !== 'string' && !(source instanceof URL)) return compile(source);
  const key = String(source);
  let module = modules.get(key);
  if (!module) {
    module = compile(source);
    module.catch(() => modules.delete(key));
    modules.set(key, module);
  }
  return module;
}

/** Defines a global as a page's own script would: writable and configurable. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

/** Puts a Mini on the page. */
export function expose(mini: Mini, minipoly: object): void {
  for (const name of ['wx', 'my'] as const) {
    if (name in mini) defineGlobal(name, mini[name]);
  }
  defineGlobal('minipoly', minipoly);
}

/** Makes createMini for the module at a URL, which is only asked for when the options name no other. */
export function creator(url: () => URL): (options?: Options) => Promise<Mini> {
  return async (options = {}) => {
    // Ahead of need: it loads while the module does. Who needs it hears of a failure.
    if (options.storage !== 'memory' && options.platforms?.includes('my') !== false) void loadSeal();
    return openMini(await shared(options.wasm ?? url()), options, loadSeal);
  };
}
