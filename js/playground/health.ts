/** What the engine says of itself: driver, durability, backlog, warnings, and what it cost to load. */

import { el, need, setText } from './dom.js';
import { engineFiles } from './engine.js';
import { count, t } from './i18n.js';
import { milliseconds } from './log.js';
import type { Session } from './session.js';

const MODULES = { tinygo: 'TinyGo', go: 'Go' } as const;

export class HealthPanel {
  private readonly phase = need('health-phase', HTMLElement);
  private readonly facts = need('health-facts', HTMLElement);
  private readonly driver = need('health-driver', HTMLElement);
  private readonly durable = need('health-durable', HTMLElement);
  private readonly pending = need('health-pending', HTMLElement);
  private readonly module = need('health-module', HTMLElement);
  private readonly ready = need('health-ready', HTMLElement);
  private readonly bytes = need('health-bytes', HTMLElement);
  private readonly notices = need('health-notices', HTMLUListElement);

  show(session: Session): void {
    const { status } = session;
    this.phase.dataset['phase'] = status.phase;
    // While a space opens, the facts of the last one keep their place: nothing below jumps.
    this.facts.hidden = status.phase === 'failed';
    if (status.phase === 'loading') setText(this.phase, t('health.loading'));
    if (status.phase === 'failed') setText(this.phase, t('health.failed', { reason: status.reason }));
    const notices = session.warnings.map(({ code, message }) => `${code}: ${message}`);
    if (status.phase === 'live') {
      const health = status.live.mini.health();
      setText(this.phase, `${t('health.live')} · minipoly ${status.live.version}`);
      setText(this.driver, health.driver);
      setText(this.durable, t(health.durable ? 'yes' : 'no'));
      setText(this.pending, count(health.pending));
      setText(this.module, MODULES[health.module]);
      setText(this.ready, milliseconds(status.live.ready));
      setText(this.bytes, engineSize());
      if (health.degraded.length > 0) notices.push(t('health.degraded', { codes: health.degraded.join(', ') }));
      for (const { key, reason } of health.lost) {
        notices.push(t('health.lost', { key: key ?? t('health.unknownKey'), reason }));
      }
    }
    if (notices.join('\n') !== [...this.notices.children].map((node) => node.textContent).join('\n')) {
      this.notices.replaceChildren(...notices.map((text) => el('li', {}, text)));
    }
  }
}

/** Bytes of script and module, as they are and as they were sent. */
function engineSize(): string {
  const files = engineFiles();
  const raw = files.reduce((bytes, file) => bytes + file.decodedBodySize, 0);
  const sent = files.reduce((bytes, file) => bytes + file.encodedBodySize, 0);
  const size = kilobytes(raw);
  return sent < raw ? t('health.compressed', { raw: size, sent: kilobytes(sent) }) : size;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
}
