/** The log: one entry a call, newest first, its outcomes in the order they came. */

import { el, need } from './dom.js';
import { columnsIn, pretty, preview, typeBadge } from './format.js';
import { count, t } from './i18n.js';
import { clockStep, type Outcome } from './runner.js';

/** Entries kept; older ones make room. */
const KEPT = 60;
/** Pixels left and right of an entry's text. */
const PADDING = 28;

const MARKS: Readonly<Record<Outcome['kind'], string>> = {
  return: '↩', throw: '✕', success: '✓', fail: '✕', complete: '●', resolve: '✓', reject: '✕',
};

export class LogEntry {
  readonly node = el('article', { class: 'entry' });
  private readonly aside = el('span', { class: 'entry-meta' });
  private readonly outcomes = el('ol', { class: 'outcomes' });

  constructor(call: string, args: readonly unknown[]) {
    const title = el('code', { class: 'entry-call' }, el('b', {}, call));
    if (args.length > 0) title.append('(', ...args.flatMap((arg, index) => [index > 0 ? ', ' : '', preview(arg, 24)]), ')');
    this.node.dataset['call'] = call;
    this.node.append(el('div', { class: 'entry-head' }, title, this.aside), this.outcomes);
  }

  /** Says something about the call as a whole, at the right of its title. */
  meta(text: string): void {
    this.aside.textContent = text;
  }

  /** Adds one outcome. */
  outcome({ kind, payload, after, same }: Outcome): void {
    const line = el('li', { class: `outcome outcome-${kind}`, 'data-outcome': kind },
      el('span', { class: 'outcome-kind' }, el('span', { 'aria-hidden': 'true' }, MARKS[kind]), ` ${kind}`));
    const type = typeBadge(payload);
    const columns = columnsIn(this.node, PADDING);
    if (same) line.append(el('span', { class: 'outcome-same' }, t('log.same')));
    else if (type === undefined) line.append(pretty(payload, columns));
    else line.append(el('span', { class: 'type' }, type), pretty(payload, columns));
    line.append(el('span', { class: 'outcome-after' }, milliseconds(after)));
    this.outcomes.append(line);
  }
}

export class Log {
  private readonly list = need('log', HTMLDivElement);
  private readonly empty = need('log-empty', HTMLElement);

  constructor() {
    need('log-clear', HTMLButtonElement).addEventListener('click', () => {
      this.list.replaceChildren();
      this.empty.hidden = false;
    });
  }

  /** Opens an entry for `call`; without arguments to show, it is a task of the page's own. */
  open(call: string, args: readonly unknown[] = []): LogEntry {
    const entry = new LogEntry(call, args);
    this.empty.hidden = true;
    this.list.prepend(entry.node);
    while (this.list.childElementCount > KEPT) this.list.lastElementChild?.remove();
    return entry;
  }
}

let step: number | undefined;

/** Durations below the step of the clock have no figure, only that bound. */
function bounded(value: number, bound: number, text: (figure: number) => string): string {
  return value < bound ? `< ${text(bound)}` : text(value);
}

export function milliseconds(value: number): string {
  step ??= clockStep();
  return bounded(value, step, (figure) => `${figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0)} ms`);
}

/** A duration, given in milliseconds, that is the mean of so many calls. */
export function microseconds(value: number, calls = 1): string {
  step ??= clockStep();
  return bounded(value * 1000, (step / calls) * 1000, (figure) => `${figure < 10 ? figure.toFixed(2) : count(Math.round(figure))} µs`);
}
