/**
 * The least of a mini-program host that one page needs: `Page(options)` as a free name, an instance with a copy of
 * `data`, `setData` with paths, and the life cycle onLoad, onShow, onHide, onUnload.
 */

export type Data = Record<string, unknown>;

/** What a page's template sends to a handler named in it. */
export interface PageEvent {
  readonly detail: Data;
  readonly currentTarget: { readonly dataset: Data };
}

export class PageInstance {
  [member: string]: unknown;
  readonly data: Data;

  constructor(options: Data, private readonly render: (data: Data) => void) {
    Object.assign(this, options);
    this.data = structuredClone(options['data'] ?? {}) as Data;
  }

  setData(changes: Data): void {
    for (const [path, value] of Object.entries(changes)) assign(this.data, path, value);
    this.render(this.data);
  }

  /** Calls a life-cycle method or a handler, when the page has one of that name. */
  send(name: string, argument: unknown = {}): void {
    const method = this[name];
    if (typeof method === 'function') Reflect.apply(method, this, [argument]);
  }
}

/** Runs a page script and gives the options with which it called `Page`. */
export async function loadPage(run: () => Promise<unknown>): Promise<Data> {
  let options: Data | undefined;
  const scope = globalThis as { Page?: (page: Data) => void };
  scope.Page = (page) => { options = page; };
  await run();
  delete scope.Page;
  if (!options) throw new Error('the script did not call Page()');
  return options;
}

/** Writes to `a.b[0].c`, the paths that setData takes. */
function assign(data: Data, path: string, value: unknown): void {
  const steps = path.match(/[^.[\]]+/g) ?? [];
  const last = steps.pop();
  if (last === undefined) return;
  let target: Data = data;
  for (const step of steps) target = target[step] as Data;
  target[last] = value;
}
