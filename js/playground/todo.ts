/** The running to-do page: the template that a mini-program keeps in a .wxml or .axml file, by hand. */

// The order matters: pagehost.js takes note of what the two scripts give to Page().
import { registered, RunningPage, type Data } from './pagehost.js';
import './miniprogram/todo.js';
import './miniprogram/todo.alipay.js';
import wxSource from './miniprogram/todo.js' with { type: 'text' };
import mySource from './miniprogram/todo.alipay.js' with { type: 'text' };
import { el, need, renderKeyed, type Row } from './dom.js';
import { highlight } from './highlight.js';
import { onLanguage, t } from './i18n.js';
import type { Platform } from './state.js';

interface Todo {
  readonly id: number;
  readonly text: string;
  readonly done: boolean;
}

/** A to-do and its place, which handlers get as `data-index`. */
interface Item extends Todo {
  readonly index: number;
}

const [wxPage = {}, myPage = {}] = registered;
const PAGES: Readonly<Record<Platform, Data>> = { wx: wxPage, my: myPage };
const SOURCES: Readonly<Record<Platform, string>> = { wx: wxSource, my: mySource };
const FILES: Readonly<Record<Platform, string>> = { wx: 'todo.js', my: 'todo.alipay.js' };

export class TodoPage {
  private readonly input = need('todo-input', HTMLInputElement);
  private readonly list = need('todo-list', HTMLUListElement);
  private readonly empty = need('todo-empty', HTMLElement);
  private readonly error = need('todo-error', HTMLElement);
  private readonly source = need('todo-source', HTMLElement);
  private readonly file = need('todo-file', HTMLElement);
  private readonly note = need('todo-note', HTMLElement);
  private readonly rows = new Map<string, TodoRow>();
  private page: RunningPage | undefined;
  private platform: Platform = 'wx';

  constructor(private readonly touched: () => void) {
    this.input.addEventListener('input', () => { this.send('onInput', { value: this.input.value }); });
    need('todo-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.send('addTodo');
    });
    need('todo-reload', HTMLButtonElement).addEventListener('click', () => { location.reload(); });
    document.addEventListener('visibilitychange', () => {
      this.page?.send(document.visibilityState === 'visible' ? 'onShow' : 'onHide');
    });
    onLanguage(() => {
      this.rows.clear();
      this.list.replaceChildren();
      this.describe();
      this.page?.draw();
    });
  }

  /** Shows the platform's script; the page starts when the space is open. */
  show(platform: Platform): void {
    this.platform = platform;
    this.source.replaceChildren(highlight(SOURCES[platform].trimEnd()));
    this.describe();
  }

  /** Leaves the page and enters it anew, as a mini-program that is started again. */
  restart(): void {
    this.page?.send('onUnload');
    const page = new RunningPage(PAGES[this.platform], (data) => {
      // An answer that comes after the page was left has nothing to draw on.
      if (page === this.page) this.render(data);
    });
    this.page = page;
    page.draw();
  }

  private describe(): void {
    this.note.textContent = t('todo.note', { vendor: t(`vendor.${this.platform}`) });
    this.file.textContent = FILES[this.platform];
  }

  private send(handler: string, detail: Data = {}, dataset: Data = {}): void {
    this.page?.send(handler, { detail, currentTarget: { dataset } });
    this.touched();
  }

  private render(data: Data): void {
    if (this.input.value !== data['draft']) this.input.value = String(data['draft']);
    const items = (data['todos'] as readonly Todo[]).map((todo, index) => ({ ...todo, index }));
    renderKeyed(this.list, this.rows, items, ({ id }) => String(id), () =>
      new TodoRow((handler, index) => { this.send(handler, {}, { index }); }));
    this.empty.hidden = items.length > 0;
    this.error.textContent = String(data['error']);
  }
}

class TodoRow implements Row<Item> {
  readonly node = el('li', { class: 'todo' });
  private readonly box = el('input', { type: 'checkbox' });
  private readonly text = el('span', { class: 'todo-text' });
  private readonly remove = el('button', { type: 'button', class: 'delete' }, '✕');
  private index = 0;

  constructor(send: (handler: string, index: number) => void) {
    this.box.addEventListener('change', () => { send('toggleTodo', this.index); });
    this.remove.addEventListener('click', () => {
      need('todo-input', HTMLInputElement).focus();
      send('removeTodo', this.index);
    });
    this.node.append(el('label', {}, this.box, this.text), this.remove);
  }

  update({ index, text, done }: Item): void {
    this.index = index;
    this.box.checked = done;
    this.text.textContent = text;
    this.remove.setAttribute('aria-label', t('todo.remove', { text }));
  }
}
