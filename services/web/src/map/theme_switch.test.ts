import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kStyleRetryMs, ThemeSwitch } from './theme_switch.js';

describe('ThemeSwitch', () => {
  let answers: { resolve: (style: string) => void; reject: () => void }[];
  let shown: string[];
  let themes: ThemeSwitch<string>;

  beforeEach(() => {
    vi.useFakeTimers();
    answers = [];
    shown = [];
    themes = new ThemeSwitch<string>(
      'night',
      () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
      (theme, style) => shown.push(`${theme}: ${style}`),
    );
  });
  afterEach(() => vi.useRealTimers());

  it('shows a theme once its style is there', async () => {
    const done = themes.set('day');
    expect(themes.theme).toBe('night');
    answers[0]!.resolve('light');
    await done;
    expect(shown).toEqual(['day: light']);
    expect(themes.theme).toBe('day');
  });

  it('stays where a double tap leads back to', async () => {
    const day = themes.set('day');
    const night = themes.set('night');
    answers[0]!.resolve('light');
    await Promise.all([day, night]);
    expect(shown).toEqual([]);
    expect(themes.theme).toBe('night');
  });

  it('shows the newest, and once, when answers come late', async () => {
    const taps = [themes.set('day'), themes.set('night'), themes.set('day')];
    answers[1]!.resolve('newer');
    answers[0]!.resolve('older');
    await Promise.all(taps);
    expect(shown).toHaveLength(1);
    expect(themes.theme).toBe('day');
  });

  it('tries again until the server answers', async () => {
    const done = themes.set('day');
    answers[0]!.reject();
    await vi.advanceTimersByTimeAsync(kStyleRetryMs);
    answers[1]!.resolve('light');
    await done;
    expect(shown).toEqual(['day: light']);
  });

  it('gives up on a theme that is not wanted any more', async () => {
    const done = themes.set('day');
    answers[0]!.reject();
    void themes.set('night');
    await vi.advanceTimersByTimeAsync(kStyleRetryMs);
    await done;
    expect(answers).toHaveLength(1);
  });
});
