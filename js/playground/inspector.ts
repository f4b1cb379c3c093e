/** The inspector: what the space holds, entry by entry. */

import type { InspectEntry, Mini } from 'minipoly';
import { el, need, renderKeyed, setText, type Row } from './dom.js';
import { clip, columnsIn, preview, pretty } from './format.js';
import { count, onLanguage, t } from './i18n.js';
import type { Platform } from './state.js';

/** Rows drawn at first, and added by each press of "more". */
const PAGE = 20;
/** Values above this size are read again only when their entry changed, in units. */
const LARGE = 32 * 1024;

export class Inspector {
  private readonly filter = need('inspector-filter', HTMLInputElement);
  private readonly body = need('inspector-rows', HTMLElement);
  private readonly table = need('inspector-scroll', HTMLElement);
  private readonly empty = need('inspector-empty', HTMLElement);
  private readonly count = need('inspector-count', HTMLElement);
  private readonly more = need('inspector-more', HTMLButtonElement);
  private readonly rows = new Map<string, EntryRow>();
  private limit = PAGE;
  private mini: Mini | undefined;
  private platform: Platform = 'wx';
  private entries: readonly InspectEntry[] = [];

  constructor(private readonly touched: () => void) {
    this.filter.addEventListener('input', () => {
      this.limit = PAGE;
      this.draw();
    });
    this.more.addEventListener('click', () => {
      this.limit += PAGE;
      this.draw();
    });
    onLanguage(() => {
      this.forget();
      this.draw();
    });
  }

  show(mini: Mini, platform: Platform, entries: readonly InspectEntry[]): void {
    if (mini !== this.mini || platform !== this.platform) {
      this.forget();
      this.limit = PAGE;
    }
    this.mini = mini;
    this.platform = platform;
    this.entries = entries;
    this.draw();
  }

  private forget(): void {
    this.rows.clear();
    this.body.replaceChildren();
  }

  private draw(): void {
    const filter = this.filter.value.trim().toLowerCase();
    const matching = this.entries.filter(({ key }) => key.toLowerCase().includes(filter));
    const shown = matching.slice(0, this.limit);
    renderKeyed(this.body, this.rows, shown, ({ key }) => key, ({ key }) =>
      new EntryRow(key, () => this.read(key), () => { this.remove(key); }));

    const total = this.entries.length;
    const counted = t(total === 1 ? 'data.count.one' : 'data.count.other', { count: count(total) });
    setText(this.count, filter === '' ? counted : t('data.matching', { shown: count(matching.length), count: count(total) }));
    this.table.hidden = shown.length === 0;
    this.empty.hidden = shown.length > 0;
    setText(this.empty, total === 0 ? t('data.empty') : t('data.noMatch', { filter: this.filter.value.trim() }));
    const hidden = matching.length - shown.length;
    this.more.hidden = hidden === 0;
    setText(this.more, t('data.more', { count: count(Math.min(hidden, PAGE)) }));
  }

  private read(key: string): unknown {
    const mini = this.mini;
    if (!mini) return undefined;
    return this.platform === 'wx' ? mini.wx.getStorageSync(key) : mini.my.getStorageSync({ key }).data;
  }

  private remove(key: string): void {
    const mini = this.mini;
    if (!mini) return;
    // The button goes with its row: hand the focus on before, or a keyboard user is sent to the top.
    const row = this.rows.get(key);
    const neighbour = row?.node.nextElementSibling ?? row?.node.previousElementSibling;
    (neighbour?.querySelector<HTMLElement>('.delete') ?? this.filter).focus();
    if (this.platform === 'wx') mini.wx.removeStorageSync(key);
    else mini.my.removeStorageSync({ key });
    this.touched();
  }
}

class EntryRow implements Row<InspectEntry> {
  readonly node = el('tr', { role: 'row' });
  private readonly toggle: HTMLButtonElement;
  private readonly type = cell('type');
  private readonly units = cell('units');
  private readonly where = cell('where');
  private readonly value = cell('preview');
  private seen = '';
  private open = false;

  constructor(key: string, private readonly read: () => unknown, remove: () => void) {
    this.toggle = el('button', { type: 'button', class: 'key', 'aria-expanded': 'false' }, clip(key, 120));
    this.toggle.addEventListener('click', () => {
      this.open = !this.open;
      this.toggle.setAttribute('aria-expanded', String(this.open));
      this.node.classList.toggle('open', this.open);
      this.drawValue();
    });
    const label = t('data.delete', { key: clip(key, 120) });
    const button = el('button', { type: 'button', class: 'delete', 'aria-label': label, title: label, onclick: remove }, '✕');
    this.node.dataset['key'] = key;
    this.node.append(
      el('th', { role: 'rowheader', scope: 'row' }, this.toggle),
      this.type, this.units, this.where, this.value,
      el('td', { role: 'cell', class: 'action' }, button));
  }

  update({ type, units, where }: InspectEntry): void {
    const seen = `${type} ${String(units)} ${where}`;
    if (seen === this.seen && units > LARGE) return;
    this.seen = seen;
    setText(this.type, type);
    setText(this.units, count(units));
    setText(this.where, where);
    this.where.dataset['where'] = where;
    this.drawValue();
  }

  private drawValue(): void {
    let node: HTMLElement;
    try {
      const value = this.read();
      node = this.open ? pretty(value, columnsIn(this.value, 0)) : preview(value);
    } catch (error) {
      node = el('code', { class: 'value' }, t('data.unreadable', { reason: String(error) }));
    }
    if (node.textContent !== this.value.textContent) this.value.replaceChildren(node);
  }
}

function cell(name: string): HTMLTableCellElement {
  return el('td', { role: 'cell', class: name });
}
