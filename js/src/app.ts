// App and Page as far as business code needs them without the platform's views (DESIGN: a page has data, setData and
// its life cycle; what is drawn is the host page's business).
import { defineGlobal } from './install.js';
import { reportException } from './warnings.js';

type Methods = Record<string, unknown>;

/** The instance of a page. */
export interface PageInstance extends Methods {
  data: Record<string, unknown>;
  setData(changes: Record<string, unknown>, done?: () => void): void;
}

function runHook(target: Methods, name: string): void {
  const hook = target[name];
  if (typeof hook !== 'function') return;
  try {
    (hook as (this: Methods, options: object) => void).call(target, {});
  } catch (error) {
    reportException(error);
  }
}

/** Sets the value at a path such as list[0].name, making what lies on the way. */
function setPath(data: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.match(/[^.[\]]+/g) ?? [path];
  let target: Record<string, unknown> = data;
  steps.forEach((step, i) => {
    if (i === steps.length - 1) {
      define(target, step, value);
      return;
    }
    const own: unknown = Object.prototype.hasOwnProperty.call(target, step) ? target[step] : undefined;
    const next = typeof own === 'object' && own !== null ? own : /^\d+$/.test(steps[i + 1]!) ? [] : {};
    define(target, step, next);
    target = next as Record<string, unknown>;
  });
}

/** Sets a property whatever its name: __proto__ is a key like any other. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

/** Defines App, Page, getApp and getCurrentPages. */
export function defineApp(): void {
  let app: Methods | undefined;
  const pages: PageInstance[] = [];

  defineGlobal('App', (options: Methods = {}) => {
    app = { ...options };
    const instance = app;
    queueMicrotask(() => {
      runHook(instance, 'onLaunch');
      runHook(instance, 'onShow');
    });
  });
  defineGlobal('getApp', () => app);
  defineGlobal('Page', (options: Methods = {}) => {
    const page: PageInstance = {
      ...options,
      data: copy((options.data as Record<string, unknown> | undefined) ?? {}),
      setData(changes, done) {
        for (const path of Object.keys(changes)) setPath(page.data, path, copy(changes[path]));
        if (done) queueMicrotask(done);
      },
    };
    pages.push(page);
    runHook(page, 'onLoad');
    queueMicrotask(() => {
      runHook(page, 'onShow');
      runHook(page, 'onReady');
    });
  });
  defineGlobal('getCurrentPages', () => pages.slice());
}
