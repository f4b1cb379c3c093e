/** Holds the Mini that the page works on; one at a time, made anew for each choice of space or driver. */

import type { Mini, Options, Warning } from 'minipoly';
import { engineArrived } from './engine.js';
import type { State } from './state.js';

export interface Live {
  readonly mini: Mini;
  readonly version: string;
  /** Milliseconds from having the engine's bytes (or asking for this Mini, if later) until calls can be made. */
  readonly ready: number;
}

export type Status =
  | { readonly phase: 'loading' }
  | { readonly phase: 'live'; readonly live: Live }
  | { readonly phase: 'failed'; readonly reason: string };

export class Session {
  private current: Status = { phase: 'loading' };
  private warned: Warning[] = [];
  private request = 0;
  private previous: Promise<void> = Promise.resolve();

  constructor(private readonly changed: () => void) {}

  get status(): Status {
    return this.current;
  }

  get mini(): Mini | undefined {
    return this.current.phase === 'live' ? this.current.live.mini : undefined;
  }

  get warnings(): readonly Warning[] {
    return this.warned;
  }

  /** Replaces the Mini. Of several requests in a row only the last one is opened. */
  open(state: State): Promise<void> {
    const request = ++this.request;
    const closing = this.mini;
    this.warned = [];
    this.set({ phase: 'loading' });
    this.previous = this.previous.then(async () => {
      try {
        // The old one goes first: what it still holds belongs on disk before another opens the same space.
        await closing?.close().catch((error: unknown) => this.warn({ code: 'close', message: String(error) }));
        if (request !== this.request) return;
        const start = performance.now();
        const { install, version } = await import('minipoly');
        // install rather than createMini: the to-do page finds wx, my and Page as free names, and so does the console.
        const mini = await install(this.options(state, request));
        const live = { mini, version, ready: performance.now() - Math.max(start, engineArrived()) };
        if (request === this.request) this.set({ phase: 'live', live });
        else await mini.close();
      } catch (error) {
        if (request === this.request) this.set({ phase: 'failed', reason: String(error) });
      }
    });
    return this.previous;
  }

  private options(state: State, request: number): Options {
    return {
      appId: state.appId,
      ...(state.userId !== '' && { userId: state.userId }),
      ...(state.pluginId !== '' && { pluginId: state.pluginId }),
      webview: state.webview,
      storage: state.driver,
      onWarning: (warning) => {
        if (request === this.request) this.warn(warning);
      },
    };
  }

  private warn(warning: Warning): void {
    this.warned.push(warning);
    this.changed();
  }

  private set(status: Status): void {
    this.current = status;
    this.changed();
  }
}
