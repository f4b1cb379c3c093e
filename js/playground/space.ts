/** The form that chooses a space and a driver. */

import { need } from './dom.js';
import { DRIVERS, PLATFORMS, type State } from './state.js';

export class SpaceForm {
  private readonly app = need('app-id', HTMLInputElement);
  private readonly user = need('user-id', HTMLInputElement);
  private readonly plugin = need('plugin-id', HTMLInputElement);
  private readonly webview = need('webview', HTMLInputElement);
  private readonly driver = need('driver', HTMLSelectElement);
  private readonly more = need('space-more', HTMLDetailsElement);

  constructor(change: (patch: Partial<State>) => void) {
    const form = need('space', HTMLFormElement);
    // Text fields fire this when they are left or Enter is pressed, so that no space is opened letter by letter.
    form.addEventListener('change', () => {
      const platform = PLATFORMS.find((name) => this.radio(name).checked);
      const driver = DRIVERS.find((name) => name === this.driver.value);
      change({
        ...(platform && { platform }),
        ...(driver && { driver }),
        appId: this.app.value,
        userId: this.user.value,
        pluginId: this.plugin.value,
        webview: this.webview.checked,
      });
    });
    form.addEventListener('submit', (event) => { event.preventDefault(); });
  }

  show(state: State): void {
    this.radio(state.platform).checked = true;
    this.app.value = state.appId;
    this.user.value = state.userId;
    this.plugin.value = state.pluginId;
    this.webview.checked = state.webview;
    this.driver.value = state.driver;
    if (state.pluginId !== '' || state.webview) this.more.open = true;
  }

  private radio(platform: string): HTMLInputElement {
    return need(`platform-${platform}`, HTMLInputElement);
  }
}
