/**
 * Starts a mini-program page and draws it. `Page` and the instance are minipoly's own; a platform would also draw the
 * page's template, and that is left to whoever embeds it: here, to a `render` of the playground.
 */

export type Data = Record<string, unknown>;

/** What `install()` makes of the argument of Page(). */
interface Instance extends Data {
  readonly data: Data;
  setData(changes: Data, done?: () => void): void;
}

interface Scope {
  Page?: (options: Data) => void;
  getCurrentPages?: () => Instance[];
}

const scope = globalThis as Scope;

/** What the scripts that are imported after this module gave to Page(), in order. */
export const registered: Data[] = [];

// Until install() puts minipoly's own Page here. A platform, too, only takes note of a page when its script runs.
scope.Page = (options) => { registered.push(options); };

export class RunningPage {
  private readonly instance: Instance;

  /** Enters the page, as the platform does when it opens it. */
  constructor(options: Data, private readonly render: (data: Data) => void) {
    scope.Page?.(options);
    const instance = scope.getCurrentPages?.().at(-1);
    if (!instance) throw new Error('install() has not run');
    this.instance = instance;
    const setData = instance.setData.bind(instance);
    instance.setData = (changes, done) => {
      setData(changes, done);
      this.draw();
    };
  }

  draw(): void {
    this.render(this.instance.data);
  }

  /** Calls a life-cycle method or a handler, when the page has one of that name. */
  send(name: string, argument: unknown = {}): void {
    const method = this.instance[name];
    if (typeof method === 'function') Reflect.apply(method, this.instance, [argument]);
  }
}
