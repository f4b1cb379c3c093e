/** The panel that runs an API: choose it, edit its arguments, see what comes back in the log. */

import type { Mini } from 'minipoly';
import { APIS, findApi, type Api } from './apis.js';
import { el, need } from './dom.js';
import { count, onLanguage, t } from './i18n.js';
import { LiteralError, parseArguments, position } from './literals.js';
import { microseconds, type Log, type LogEntry } from './log.js';
import { methodOf, runOnce, timeCalls, type Method } from './runner.js';
import { STYLES, type CallStyle, type Platform, type State } from './state.js';

const REPEATS = 1000;

export interface ApiPanelHost {
  readonly log: Log;
  mini(): Mini | undefined;
  change(patch: Partial<State>): void;
  /** Something may have been stored. */
  touched(): void;
}

export class ApiPanel {
  private readonly select = need('api', HTMLSelectElement);
  private readonly signature = need('api-signature', HTMLElement);
  private readonly examples = need('api-examples', HTMLElement);
  private readonly args = need('api-args', HTMLTextAreaElement);
  private readonly error = need('api-error', HTMLElement);
  private readonly style = need('api-style', HTMLFieldSetElement);
  private readonly run = need('api-run', HTMLButtonElement);
  private readonly repeat = need('api-repeat', HTMLButtonElement);
  /** What was typed for each API, so that a look at another one loses nothing. */
  private readonly drafts = new Map<Api, string>();
  private platform: Platform | undefined;
  private api: Api | undefined;
  private shown: State | undefined;

  constructor(private readonly host: ApiPanelHost) {
    this.select.addEventListener('change', () => { host.change({ api: this.select.value }); });
    this.style.addEventListener('change', () => {
      const style = STYLES.find((name) => this.radio(name).checked);
      if (style) host.change({ style });
    });
    this.args.addEventListener('input', () => {
      if (this.api) this.drafts.set(this.api, this.args.value);
      this.complain('');
      this.fit();
    });
    this.args.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.call();
    });
    this.run.addEventListener('click', () => { this.call(); });
    this.repeat.addEventListener('click', () => { this.time(); });
    onLanguage(() => {
      if (this.platform) this.fillSelect(this.platform);
      if (this.api) this.showApi(this.api);
    });
  }

  show(state: State): void {
    this.shown = state;
    if (state.platform !== this.platform) {
      this.platform = state.platform;
      this.fillSelect(state.platform);
    }
    const api = findApi(state.platform, state.api);
    this.select.value = api.name;
    this.radio(state.style).checked = true;
    if (api !== this.api) this.showApi(api);
  }

  /** Calls wait until there is something to call. */
  enable(ready: boolean): void {
    this.run.disabled = !ready;
    this.repeat.disabled = !ready;
  }

  private radio(style: string): HTMLInputElement {
    return need(`style-${style}`, HTMLInputElement);
  }

  private fillSelect(platform: Platform): void {
    const group = (kind: Api['kind'], label: string): HTMLOptGroupElement =>
      el('optgroup', { label }, ...APIS[platform].filter((api) => api.kind === kind)
        .map((api) => el('option', { value: api.name }, `${platform}.${api.name}`)));
    this.select.replaceChildren(group('async', t('run.async')), group('sync', t('run.sync')));
    if (this.api) this.select.value = this.api.name;
  }

  private showApi(api: Api): void {
    const platform = this.platform ?? 'wx';
    this.api = api;
    this.signature.replaceChildren(el('b', {}, `${platform}.${api.name}`), api.signature);
    this.examples.replaceChildren(...api.examples.map(({ label, args }) =>
      el('button', { type: 'button', class: 'chip', onclick: () => { this.edit(api, args); } }, t(label))));
    this.style.hidden = api.kind === 'sync';
    this.repeat.hidden = !api.repeatable;
    this.edit(api, this.drafts.get(api) ?? api.examples[0].args);
  }

  private edit(api: Api, args: string): void {
    this.drafts.set(api, args);
    this.args.value = args;
    this.complain('');
    this.fit();
  }

  /** The editor is as high as its text, within what style.css allows. */
  private fit(): void {
    this.args.style.height = 'auto';
    this.args.style.height = `${this.args.scrollHeight + 2}px`;
  }

  private complain(text: string): void {
    this.error.textContent = text;
    this.args.setAttribute('aria-invalid', String(text !== ''));
  }

  private parse(): unknown[] | undefined {
    const text = this.args.value;
    try {
      return parseArguments(text);
    } catch (error) {
      if (!(error instanceof LiteralError)) throw error;
      const found = error.found === '' ? t('run.end') : error.found;
      this.complain(t('run.parseError', { found, ...position(text, error.offset) }));
      this.args.focus();
      this.args.setSelectionRange(error.offset, error.offset + error.found.length);
      return undefined;
    }
  }

  /** What a press of a button is about: a log entry, and the call that it will tell of. */
  private prepare(): { api: Api; style: CallStyle; method: Method; args: unknown[]; entry: LogEntry } | undefined {
    const { api, shown: state } = this;
    const mini = this.host.mini();
    const args = this.parse();
    if (!api || !state || !mini || !args) return undefined;
    const method = methodOf(mini[state.platform], api.name);
    return { api, style: state.style, method, args, entry: this.host.log.open(`${state.platform}.${api.name}`, args) };
  }

  private call(): void {
    const prepared = this.prepare();
    if (!prepared) return;
    const { api, style, method, args, entry } = prepared;
    const took = runOnce(method, args, api.kind === 'sync' ? undefined : style, (outcome) => {
      entry.outcome(outcome);
      this.host.touched();
    });
    entry.meta(t('log.call', { time: microseconds(took) }));
  }

  private time(): void {
    const prepared = this.prepare();
    if (!prepared) return;
    const { method, args, entry } = prepared;
    try {
      const time = microseconds(timeCalls(method, args, REPEATS), REPEATS);
      entry.meta(t('log.repeat', { count: count(REPEATS), time }));
    } catch (error) {
      entry.outcome({ kind: 'throw', payload: error, after: 0, same: false });
    }
    this.host.touched();
  }
}
