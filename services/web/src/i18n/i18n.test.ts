import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kDepthClasses } from '../../styles/depth_classes.js';
import en from './en.json';
import { Words } from './index.js';
import vi from './vi.json';

const holes = (text: string): string[] =>
  [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();

describe('words', () => {
  it('are there in both languages', () => {
    expect(Object.keys(en)).toEqual(Object.keys(vi));
  });

  it.each(Object.keys(vi) as (keyof typeof vi)[])('%s: not empty, same holes', (key) => {
    expect(vi[key].trim()).not.toBe('');
    expect(en[key].trim()).not.toBe('');
    expect(holes(en[key])).toEqual(holes(vi[key]));
  });

  it('are composed letters: a combining mark would miss the bundled font', () => {
    for (const text of Object.values(vi)) expect(text).toBe(text.normalize('NFC'));
  });

  it('are all used', () => {
    const source = join(__dirname, '..');
    const files = (readdirSync(source, { recursive: true }) as string[]).filter((file) =>
      /(?<!\.test)\.ts$/.test(file),
    );
    const text = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
    // Keys that are put together at run time, by what they start with.
    const classes = kDepthClasses.map(({ id }) => `flood.${id}`);
    const composed = ['age.', 'connection.', 'severity.', 'badge.', 'gauges.', ...classes];
    const unused = Object.keys(vi).filter(
      (key) => !text.includes(`'${key}'`) && !composed.some((start) => key.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});

describe('Words', () => {
  it('fills holes', () => {
    expect(new Words('vi').text('badge.replay', { speed: 60 })).toBe('Phát lại ×60');
    expect(new Words('en').age(12 * 60_000)).toBe('12 min');
  });

  it('falls back to the other language of a localized text', () => {
    expect(new Words('en').localized({ vi: 'Cầu Sài Gòn' })).toBe('Cầu Sài Gòn');
    expect(new Words('en').localized({ vi: 'Cầu Sài Gòn', en: 'Saigon Bridge' })).toBe(
      'Saigon Bridge',
    );
    expect(new Words('vi').localized(undefined)).toBe('');
  });
});
