/** The playground: wires the form, the API panel, the inspector, the quota and the to-do page to one session. */

import './style.css';
import type { Mini } from 'minipoly';
import { ApiPanel } from './apipanel.js';
import { need } from './dom.js';
import { HealthPanel } from './health.js';
import { onLanguage, toggleLanguage, translate } from './i18n.js';
import { Inspector } from './inspector.js';
import { Log } from './log.js';
import { Quota } from './quota.js';
import { Session } from './session.js';
import { SpaceForm } from './space.js';
import { formatHash, parseHash, type State } from './state.js';
import { TodoPage } from './todo.js';

/** Milliseconds between looks at the space, for what other tabs write. */
const POLL = 1000;
/** A look may take at most this share of the time. */
const POLL_SHARE = 0.02;

translate();
let state = parseHash(location.hash);
let shown: Mini | undefined;
let refreshing = false;
let timer = 0;

const session = new Session(showSession);
const log = new Log();
const form = new SpaceForm(change);
const panel = new ApiPanel({ log, mini: () => session.mini, change, touched });
const health = new HealthPanel();
const inspector = new Inspector(touched);
const quota = new Quota({ log, mini: () => session.mini, platform: () => state.platform, touched });
const todo = new TodoPage(touched);
const forgetful = need('todo-volatile', HTMLElement);

// The hash is the state's, so jumps within the page leave it alone.
for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const heading = need(link.hash.slice(1), HTMLElement);
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  });
}
need('lang', HTMLButtonElement).addEventListener('click', toggleLanguage);
onLanguage(() => { health.show(session); });
window.addEventListener('hashchange', () => { enter(parseHash(location.hash)); });
window.addEventListener('focus', touched);
document.addEventListener('visibilitychange', touched);

showState();
void session.open(state);

/** Takes over what the visitor chose, and keeps it in the address. */
function change(patch: Partial<State>): void {
  enter({ ...state, ...patch });
  history.replaceState(null, '', `${location.pathname}${location.search}${formatHash(state)}`);
}

function enter(next: State): void {
  const before = state;
  state = next;
  showState();
  if (spaceOf(next) !== spaceOf(before)) {
    void session.open(next);
  } else if (next.platform !== before.platform && session.mini) {
    todo.restart();
    refresh();
  }
}

/** Everything that decides which Mini is open. Both platforms are in one Mini. */
function spaceOf({ appId, userId, pluginId, webview, driver }: State): string {
  return JSON.stringify([appId, userId, pluginId, webview, driver]);
}

function showState(): void {
  document.documentElement.dataset['platform'] = state.platform;
  form.show(state);
  panel.show(state);
  todo.show(state.platform);
}

function showSession(): void {
  const { mini } = session;
  health.show(session);
  panel.enable(mini !== undefined);
  quota.enable(mini !== undefined);
  if (!mini || mini === shown) return;
  shown = mini;
  todo.restart();
  refresh();
}

/** Asks for a refresh before the next frame, however many calls ask. */
function touched(): void {
  if (refreshing) return;
  refreshing = true;
  requestAnimationFrame(refresh);
}

function refresh(): void {
  refreshing = false;
  clearTimeout(timer);
  const { mini } = session;
  if (!mini || document.hidden) return;
  const start = performance.now();
  const entries = mini.debug.inspect(state.platform);
  inspector.show(mini, state.platform, entries);
  quota.show(mini, state.platform, entries);
  health.show(session);
  forgetful.hidden = mini.health().durable;
  timer = window.setTimeout(refresh, Math.max(POLL, (performance.now() - start) / POLL_SHARE));
}
