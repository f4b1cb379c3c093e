/** The language of the page: chosen by the browser at first, by the visitor from then on. */

import { need } from './dom.js';
import { en, zh, type MessageKey } from './messages.js';

type Language = 'en' | 'zh';

const MESSAGES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, zh };
const TAGS: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-CN' };
const REMEMBERED = 'minipoly-playground.language';

let language: Language = initial();
const listeners: Array<() => void> = [];

function initial(): Language {
  const wanted = remembered() ?? navigator.language;
  return wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

// Reading localStorage throws where the browser refuses storage altogether.
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return MESSAGES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A whole number with the grouping of the page's language. */
export function count(value: number): string {
  return value.toLocaleString(TAGS[language]);
}

/** Runs when the language has changed, for texts that are not in index.html. */
export function onLanguage(listener: () => void): void {
  listeners.push(listener);
}

function other(): Language {
  return language === 'en' ? 'zh' : 'en';
}

export function toggleLanguage(): void {
  language = other();
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // Not remembered, then; the switch itself still works.
  }
  translate();
  for (const listener of listeners) listener();
}

/** Fills in the texts of index.html: `data-t` names the text, `data-t-label` and `data-t-placeholder` attributes. */
export function translate(): void {
  document.documentElement.lang = TAGS[language];
  document.title = t('title');
  // The switch is named in the language that it leads to.
  need('lang', HTMLElement).lang = TAGS[other()];
  for (const node of document.querySelectorAll<HTMLElement>('[data-t]')) node.textContent = t(key(node.dataset['t']));
  for (const node of document.querySelectorAll<HTMLElement>('[data-t-label]')) {
    node.setAttribute('aria-label', t(key(node.dataset['tLabel'])));
  }
  for (const node of document.querySelectorAll<HTMLInputElement>('[data-t-placeholder]')) {
    node.placeholder = t(key(node.dataset['tPlaceholder']));
  }
}

function key(name: string | undefined): MessageKey {
  if (name === undefined || !Object.hasOwn(en, name)) throw new Error(`index.html names no text: ${String(name)}`);
  return name as MessageKey;
}
