import { describe, expect, it } from 'vitest';
import { Words } from '../i18n/index.js';
import { resultText } from './sign_in.js';

describe('the result of signing in', () => {
  const vi = new Words('vi');
  const en = new Words('en');

  it('is silent when it succeeded', () => {
    expect(resultText({ kind: 'ok' }, vi)).toBe('');
  });

  it('states what was wrong, in both languages', () => {
    expect(resultText({ kind: 'wrong' }, en)).toContain('expired');
    expect(resultText({ kind: 'wrong' }, vi)).toContain('hết hạn');
    expect(resultText({ kind: 'failed' }, en)).not.toBe(resultText({ kind: 'wrong' }, en));
  });

  it('states how long to wait', () => {
    expect(resultText({ kind: 'busy', waitS: 7 }, en)).toContain('7 s');
    expect(resultText({ kind: 'busy', waitS: 7 }, vi)).toContain('7 giây');
  });
});
