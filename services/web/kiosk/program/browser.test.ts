import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyProfile } from './browser.js';

const folder = mkdtempSync(join(tmpdir(), 'citylayers-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('emptyProfile', () => {
  it('makes a folder, and empties one that it made', () => {
    const profile = join(folder, 'a/profile');
    emptyProfile(profile);
    writeFileSync(join(profile, 'Preferences'), '{}');
    emptyProfile(profile);
    expect(readdirSync(profile)).toEqual(['.citylayers-kiosk']);
  });

  it('deletes nothing of a folder that it did not make', () => {
    writeFileSync(join(folder, 'thesis.odt'), 'years of work');
    expect(() => emptyProfile(folder)).toThrow(/--profile .*: has files of others; choose a folder/);
    expect(existsSync(join(folder, 'thesis.odt'))).toBe(true);
  });
});
