/** What the page shows, kept in the URL hash so that a link carries it. */

export const PLATFORMS = ['wx', 'my'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const DRIVERS = ['auto', 'indexeddb', 'localstorage', 'memory'] as const;
export type Driver = (typeof DRIVERS)[number];

export const STYLES = ['callback', 'promise'] as const;
export type CallStyle = (typeof STYLES)[number];

export interface State {
  readonly platform: Platform;
  readonly appId: string;
  /** Empty: the engine's default user, and no plugin. */
  readonly userId: string;
  readonly pluginId: string;
  readonly webview: boolean;
  readonly driver: Driver;
  readonly api: string;
  readonly style: CallStyle;
}

const INITIAL: State = {
  platform: 'wx',
  appId: 'playground',
  userId: '',
  pluginId: '',
  webview: false,
  driver: 'auto',
  api: 'setStorage',
  style: 'callback',
};

function oneOf<T extends string>(choices: readonly T[], text: string | null, otherwise: T): T {
  return choices.find((choice) => choice === text) ?? otherwise;
}

export function parseHash(hash: string): State {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    platform: oneOf(PLATFORMS, fields.get('platform'), INITIAL.platform),
    appId: fields.get('app') ?? INITIAL.appId,
    userId: fields.get('user') ?? INITIAL.userId,
    pluginId: fields.get('plugin') ?? INITIAL.pluginId,
    webview: fields.get('webview') === '1',
    driver: oneOf(DRIVERS, fields.get('driver'), INITIAL.driver),
    api: fields.get('api') ?? INITIAL.api,
    style: oneOf(STYLES, fields.get('style'), INITIAL.style),
  };
}

/** The hash of a state; parts at their initial value are left out, so that links stay short. */
export function formatHash(state: State): string {
  const fields = new URLSearchParams();
  const add = (name: string, value: string, initial: string): void => {
    if (value !== initial) fields.set(name, value);
  };
  add('platform', state.platform, INITIAL.platform);
  add('app', state.appId, INITIAL.appId);
  add('user', state.userId, INITIAL.userId);
  add('plugin', state.pluginId, INITIAL.pluginId);
  add('webview', state.webview ? '1' : '', '');
  add('driver', state.driver, INITIAL.driver);
  add('api', state.api, INITIAL.api);
  add('style', state.style, INITIAL.style);
  const text = fields.toString();
  return text === '' ? '' : `#${text}`;
}
