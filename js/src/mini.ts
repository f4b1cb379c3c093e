// A Mini: an instance of the module with its spaces, and the objects wx and my on top.
import type { Debug, Health, InspectEntry, Mini, My, Options, Platform, Wx } from '../types/minipoly.js';
import { myApi, wxApi } from './catalogue.js';
import * as code from './codes.js';
import type { Dialect } from './dialect.js';
import { legacyInvalidParams } from './dialect.js';
import { Engine } from './engine.js';
import { MyStorage } from './my.js';
import type { DriverName, Trouble } from './space.js';
import { driverNumber, Space } from './space.js';
import { typeOf } from './values.js';
import type { WarningCode } from './warnings.js';
import { makeWarning } from './warnings.js';
import { WxStorage } from './wx.js';

/** How long a driver may take to open before another takes its place: install() has 5 s in all. */
const openTimeout = 2500; // ms

const platformNumber = { wx: 0, my: 1 } as const;
const fallbacks: Record<string, readonly DriverName[] | undefined> = {
  auto: ['indexeddb', 'localstorage', 'memory'],
  indexeddb: ['indexeddb', 'localstorage', 'memory'],
  localstorage: ['localstorage', 'memory'],
  memory: ['memory'],
};

function checkOne(option: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new TypeError(`minipoly: no such ${option}: ${value}`);
}

function check(options: Options): void {
  const { storage = 'auto', durability = 'task', platforms = [] } = options;
  checkOne('storage', storage, Object.keys(fallbacks));
  checkOne('durability', durability, ['task', 'strict']);
  for (const platform of platforms) checkOne('platform', platform, Object.keys(platformNumber));
}

/** The APIs as an ordinary object: extensible, its members configurable, for libraries replace some. */
function surface(dialect: Dialect, names: object): object {
  const object: Record<string, unknown> = {};
  for (const name of Object.keys(names)) {
    object[name] = (dialect as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!.bind(dialect);
  }
  return object;
}

type Sealing = typeof import('./seal.js');

/** Gets dist/seal.mjs: entry points differ in how. */
export type SealLoader = () => Sealing | Promise<Sealing>;

/** What every entry point builds on. Make it with {@link openMini} or {@link openMiniSync}. */
class Core implements Mini {
  readonly wx!: Wx;
  readonly my!: My;
  readonly debug: Debug = { inspect: (platform) => this.inspect(platform) };
  private readonly engine: Engine;
  private readonly dialects = new Map<Platform, Dialect>();
  private readonly degraded = new Set<string>();
  private readonly lost: Health['lost'] = [];

  constructor(
    module: WebAssembly.Module,
    private readonly options: Options,
    private readonly loadSeal: SealLoader,
  ) {
    check(options);
    this.engine = new Engine(module);
  }

  get platforms(): readonly Platform[] {
    return this.options.platforms ?? ['wx', 'my'];
  }

  makeSpace(platform: Platform, driver: DriverName): Space {
    const { appId = '', userId = '', pluginId = '', webview = false } = this.options;
    const name = this.engine.spaceName([platform, appId, userId, pluginId, webview ? 'webview' : '']);
    return new Space(this.engine, platformNumber[platform], name, driver, {
      problem: (kind, detail) => this.problem(kind, detail),
      seal: async (space) => (await this.loadSeal()).sealValues(space, this.options.encryptionKey),
    });
  }

  /** Seals everything in a space of my, unless nothing of it is stored. */
  async sealAll(space: Space): Promise<void> {
    if (space.platform === platformNumber.my && space.driver !== 'memory') {
      await (await this.loadSeal()).sealSpace(space, this.options.encryptionKey);
    }
  }

  /** Puts the APIs of a platform on a space. */
  attach(platform: Platform, space: Space): void {
    const strict = this.options.durability === 'strict';
    if (platform === 'wx') {
      const dialect = new WxStorage(this.engine, space, strict);
      this.dialects.set(platform, dialect);
      Object.defineProperty(this, 'wx', { value: surface(dialect, wxApi), enumerable: true });
    } else {
      const dialect = new MyStorage(this.engine, space, strict, this.options.my?.legacyInvalidParams ? legacyInvalidParams : 0);
      this.dialects.set(platform, dialect);
      Object.defineProperty(this, 'my', { value: surface(dialect, myApi), enumerable: true });
    }
  }

  /** Moves a platform's APIs to another space with the same data. */
  replace(platform: Platform, space: Space): void {
    const dialect = this.dialects.get(platform)!;
    const old = dialect.space;
    dialect.space = space;
    old.close();
  }

  warn(kind: WarningCode, detail?: unknown): void {
    const warning = makeWarning(kind, detail);
    if (this.options.onWarning) this.options.onWarning(warning);
    else console.warn(warning.message, ...(detail === undefined ? [] : [detail]));
  }

  degrade(kind: WarningCode, detail?: unknown): void {
    this.degraded.add(kind);
    this.warn(kind, detail);
  }

  private problem(kind: Trouble, detail?: unknown): void {
    switch (kind) {
      case 'commit-recovered':
        this.degraded.delete('commit-failed');
        return;
      case 'journal-recovered':
        this.degraded.delete('journal-refused');
        return;
      case 'evicted':
        this.warn(kind, detail);
        return;
      case 'entry-lost':
      case 'record-lost': {
        const { key } = (detail ?? {}) as { key?: string };
        this.lost.push(key === undefined ? { reason: kind } : { key, reason: kind });
        this.warn(kind, detail);
        return;
      }
      default:
        this.degrade(kind, detail);
    }
  }

  private spaces(): Space[] {
    return Array.from(this.dialects.values(), (dialect) => dialect.space);
  }

  flush(): Promise<void> {
    const commits = this.spaces().map(
      (space) =>
        new Promise<void>((resolve, reject) => {
          space.commit();
          space.whenCommitted((result) => {
            if (result === code.ok) resolve();
            else reject(new Error('minipoly: the storage refused the commit'));
          });
        }),
    );
    return Promise.all(commits).then(() => undefined);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      for (const space of this.spaces()) space.close();
    }
  }

  health(): Health {
    const spaces = this.spaces();
    let units = 0;
    let limit = 0;
    let pending = 0;
    for (const space of spaces) {
      units += space.usage();
      limit += this.engine.exports.limit_units(space.platform);
      pending += space.pending();
    }
    // Spaces may differ for a while, as they move to IndexedDB one by one: the weakest counts.
    const [driver = 'memory'] = spaces.map((space) => space.driver).sort((a, b) => driverNumber[a] - driverNumber[b]);
    return {
      driver,
      durable: driver !== 'memory',
      pending,
      degraded: [...this.degraded],
      lost: this.lost.slice(),
      module: MINIPOLY_TOOLCHAIN,
      usage: { units, limit },
    };
  }

  private inspect(platform: Platform): InspectEntry[] {
    const space = this.dialects.get(platform)?.space;
    if (!space) return [];
    return space.slots(platform === 'my').map((slot) => ({
      key: space.texts.keys[slot]!,
      // A sealed value of wx shows as what reads without encrypt give, a string.
      type: typeOf(space.value(slot, space.tag(slot) & (platform === 'my' ? 15 : 31))),
      units: space.size(slot),
      where: space.place(slot),
    }));
  }
}

/** Opens a space with the first of the drivers that works. */
async function openSpace(core: Core, platform: Platform, drivers: readonly DriverName[]): Promise<Space> {
  for (const driver of drivers) {
    const space = core.makeSpace(platform, driver);
    await core.sealAll(space);
    const result = await new Promise<number>((resolve) => {
      const timer = setTimeout(() => resolve(code.unavailable), openTimeout);
      space.open((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    if (result === code.ok) {
      if (driver === 'memory' && drivers.length > 1) core.degrade('memory-only', { platform });
      else if (driver !== drivers[0]) core.degrade('storage-fallback', { platform, driver });
      return space;
    }
    space.close();
    if (result === code.newer) core.degrade('newer-format', { platform, driver });
  }
  throw new Error('minipoly: no storage');
}

/** Makes a Mini when its spaces are loaded. */
export async function openMini(module: WebAssembly.Module, options: Options, loadSeal: SealLoader): Promise<Mini> {
  const core = new Core(module, options, loadSeal);
  const drivers = fallbacks[options.storage ?? 'auto']!;
  const spaces = await Promise.all(core.platforms.map((platform) => openSpace(core, platform, drivers)));
  core.platforms.forEach((platform, i) => core.attach(platform, spaces[i]!));
  return core;
}

/** Makes a Mini in one go, with localStorage or memory. A space that lives in IndexedDB is taken over afterwards. */
export function openMiniSync(module: WebAssembly.Module, options: Options, sealing: Sealing): Mini {
  const core = new Core(module, options, () => sealing);
  const makeSpace = (platform: Platform, driver: DriverName): Space => {
    const space = core.makeSpace(platform, driver);
    if (platform === 'my' && driver !== 'memory') sealing.sealSpaceSync(space, options.encryptionKey);
    return space;
  };
  for (const platform of core.platforms) {
    let space = makeSpace(platform, options.storage === 'memory' ? 'memory' : 'localstorage');
    let result: number = code.unavailable;
    space.open((answer) => (result = answer));
    if (result !== code.ok) {
      space.close();
      core.degrade(result === code.newer ? 'newer-format' : 'memory-only', { platform });
      space = makeSpace(platform, 'memory');
      space.open(() => undefined);
    }
    core.attach(platform, space);
    if (options.storage === 'indexeddb' || (space.driver === 'localstorage' && space.items?.movedToDatabase)) {
      if (options.storage !== 'indexeddb') core.warn('moved-to-indexeddb', { platform });
      const next = makeSpace(platform, 'indexeddb');
      next.open((answer) => {
        // What was written in the meantime stands in localStorage, which the new space has read as its journal.
        if (answer === code.ok) core.replace(platform, next);
        else {
          next.close();
          core.degrade('storage-fallback', { platform, driver: space.driver });
        }
      });
    }
  }
  return core;
}
