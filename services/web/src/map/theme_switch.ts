// Switches the map's theme to the latest one requested, whatever the order in which styles load.

import type { Theme } from '../../styles/palette.js';

export const kStyleRetryMs = 2000;

export class ThemeSwitch<Style> {
  private wanted: Theme;

  /** `shown`: the present theme of the map; `load` may fail; `show` sets a loaded style on the map. */
  constructor(
    private shown: Theme,
    private readonly load: (theme: Theme) => Promise<Style>,
    private readonly show: (theme: Theme, style: Style) => void,
  ) {
    this.wanted = shown;
  }

  get theme(): Theme {
    return this.shown;
  }

  /** Resolves when the map shows the theme, or another one was requested. Never fails: it retries. */
  async set(theme: Theme): Promise<void> {
    if (theme === this.wanted) return;
    this.wanted = theme;
    while (this.wanted === theme && this.shown !== theme) {
      try {
        const style = await this.load(theme);
        if (this.wanted !== theme || this.shown === theme) return;
        this.shown = theme;
        this.show(theme, style);
      } catch {
        // The page has the theme already: the map follows when the server is available again.
        await new Promise((resolve) => setTimeout(resolve, kStyleRetryMs));
      }
    }
  }
}
