/** The quota meter, and buttons that run into the platform's limits on purpose. */

import type { InspectEntry, Mini } from 'minipoly';
import { need, setText } from './dom.js';
import { count, onLanguage, t } from './i18n.js';
import { microseconds, milliseconds, type Log } from './log.js';
import type { MessageKey } from './messages.js';
import { methodOf, runOnce } from './runner.js';
import type { Platform } from './state.js';

/** Units one space may hold; the same on both platforms. */
const TOTAL = 10 * 1024 * 1024;
/** Keys of the filling begin so, and the clean-up removes only these. */
const PREFIX = 'playground/fill/';

interface Sizes {
  /** Units of the string in each filling entry, below the limit of one entry. */
  readonly chunk: number;
  /** Units that the platform stores beside the characters of a plain string. */
  readonly overhead: number;
  /** A string one unit too long for an entry whose key has `keyLength` units. */
  tooLong(keyLength: number): number;
}

const SIZES: Readonly<Record<Platform, Sizes>> = {
  wx: { chunk: 1_000_000, overhead: 0, tooLong: (keyLength) => 1_048_577 - keyLength },
  // my stores {"APDataStorage":"..."}: 18 units of wrapper and 2 quotes; the key does not count here.
  my: { chunk: 200_000, overhead: 20, tooLong: () => 204_801 - 20 },
};

export interface QuotaHost {
  readonly log: Log;
  mini(): Mini | undefined;
  platform(): Platform;
  touched(): void;
}

export class Quota {
  private readonly meter = need('quota', HTMLElement);
  private readonly units = need('quota-units', HTMLElement);
  private readonly kb = need('quota-kb', HTMLElement);
  private readonly buttons = [
    this.button('quota-fill', () => this.fill('data.fill', 0.9 * TOTAL)),
    this.button('quota-too-long', () => this.writeTooLong()),
    this.button('quota-overflow', () => this.fill('data.overflow', 1.1 * TOTAL)),
    this.button('quota-clean', () => this.clean()),
  ];
  private last: [used: number, kb: number, limitKb: number] | undefined;

  constructor(private readonly host: QuotaHost) {
    onLanguage(() => { this.draw(); });
  }

  show(mini: Mini, platform: Platform, entries: readonly InspectEntry[]): void {
    const info = mini[platform].getStorageInfoSync();
    this.last = [sum(entries), info.currentSize, info.limitSize];
    this.draw();
  }

  enable(ready: boolean): void {
    for (const button of this.buttons) button.disabled = !ready;
  }

  private draw(): void {
    if (!this.last) return;
    const [used, kb, limitKb] = this.last;
    const text = t('data.units', { used: count(used), limit: count(TOTAL) });
    const share = used / TOTAL;
    this.meter.style.setProperty('--share', String(share));
    this.meter.dataset['level'] = share >= 0.99 ? 'full' : share >= 0.75 ? 'high' : 'normal';
    this.meter.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    this.meter.setAttribute('aria-valuetext', text);
    setText(this.units, `${text} · ${Number((share * 100).toFixed(share < 0.01 ? 3 : 1))} %`);
    setText(this.kb, t('data.kb', { used: kb, limit: count(limitKb) }));
  }

  /** A button whose task runs once at a time; all of them wait for it. */
  private button(id: string, task: () => Promise<void>): HTMLButtonElement {
    const button = need(id, HTMLButtonElement);
    button.addEventListener('click', () => {
      this.enable(false);
      button.setAttribute('aria-busy', 'true');
      const start = performance.now();
      const failed = (payload: unknown): void => {
        this.host.log.open(button.textContent).outcome({ kind: 'reject', payload, after: performance.now() - start, same: false });
      };
      void task().catch(failed).finally(() => {
        button.removeAttribute('aria-busy');
        this.enable(this.host.mini() !== undefined);
        button.focus();
      });
    });
    return button;
  }

  /** Writes entries until `target` units are used, or the platform refuses one; the refusal goes to the log. */
  private async fill(title: MessageKey, target: number): Promise<void> {
    const mini = this.host.mini();
    const platform = this.host.platform();
    if (!mini) return;
    const { chunk, overhead } = SIZES[platform];
    const entry = this.host.log.open(t(title));
    const start = performance.now();
    let used = sum(mini.debug.inspect(platform));
    let written = 0;
    let units = 0;
    for (const key of freeKeys(mini, platform)) {
      const length = Math.floor(Math.min(chunk, target - used - key.length - overhead));
      if (length <= 0 || this.host.mini() !== mini) break;
      try {
        await mini[platform].setStorage({ key, data: 'x'.repeat(length) });
      } catch (error) {
        // On the way to 90 % too: localStorage may be full before the platform's own limit.
        entry.outcome({ kind: 'reject', payload: error, after: performance.now() - start, same: false });
        break;
      }
      written++;
      units += key.length + length + overhead;
      used += key.length + length + overhead;
      entry.meta(`${t('log.fill', { count: count(written), units: count(units) })} · ${milliseconds(performance.now() - start)}`);
      this.host.touched();
    }
  }

  /** One value, one unit above what an entry may hold. */
  private writeTooLong(): Promise<void> {
    const mini = this.host.mini();
    const platform = this.host.platform();
    if (!mini) return Promise.resolve();
    const method = methodOf(mini[platform], 'setStorage');
    const key = `${PREFIX}too-long`;
    const args = [{ key, data: 'x'.repeat(SIZES[platform].tooLong(key.length)) }];
    const entry = this.host.log.open(`${platform}.setStorage`, args);
    return new Promise((resolve) => {
      const took = runOnce(method, args, 'promise', (outcome) => {
        entry.outcome(outcome);
        this.host.touched();
        if (outcome.kind !== 'return') resolve();
      });
      entry.meta(t('log.call', { time: microseconds(took) }));
    });
  }

  private async clean(): Promise<void> {
    const mini = this.host.mini();
    const platform = this.host.platform();
    if (!mini) return;
    const keys = mini.debug.inspect(platform).map(({ key }) => key).filter((key) => key.startsWith(PREFIX));
    await Promise.all(keys.map((key) => mini[platform].removeStorage({ key })));
    this.host.touched();
  }
}

function sum(entries: readonly InspectEntry[]): number {
  return entries.reduce((units, entry) => units + entry.units, 0);
}

/** Keys of the filling that are not taken: playground/fill/001 and on. */
function* freeKeys(mini: Mini, platform: Platform): Generator<string> {
  const taken = new Set(mini.debug.inspect(platform).map(({ key }) => key));
  for (let i = 1; ; i++) {
    const key = `${PREFIX}${String(i).padStart(3, '0')}`;
    if (!taken.has(key)) yield key;
  }
}
