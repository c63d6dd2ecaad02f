// Words in both languages. Vietnamese is written first; English stands beside it.

import type { LocalizedText } from '../connect/messages.js';
import { age, type Language } from '../format.js';
import en from './en.json';
import vi from './vi.json';

export type Key = keyof typeof vi;

const words: Record<Language, Record<Key, string>> = { vi, en };

export class Words {
  constructor(readonly language: Language) {}

  /** The text of a key with its {names} filled in. */
  text(key: Key, fill: Record<string, string | number> = {}): string {
    return words[this.language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in fill ? String(fill[name]) : whole,
    );
  }

  /** A text that the server sends in both languages; the other one serves where one is missing. */
  localized(text: LocalizedText | undefined): string {
    const other = this.language === 'vi' ? text?.en : text?.vi;
    return text?.[this.language] || other || '';
  }

  /** "12 phút" / "12 min". */
  age(ageMs: number): string {
    const { unit, count } = age(ageMs);
    return this.text(`age.${unit}`, { count });
  }

  has(key: string): key is Key {
    return key in words[this.language];
  }
}
