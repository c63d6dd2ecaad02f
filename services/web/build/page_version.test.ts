import { describe, expect, it } from 'vitest';
import { versionOf } from './page_version.js';

describe('versionOf', () => {
  const files = {
    'assets/index-1.js': { code: 'run()' },
    'styles/night.json': { source: '{"land":"#000"}' },
  };
  const version = versionOf(files, '<html>');

  it('is the same for the same page', () => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(versionOf(turned, '<html>')).toBe(version);
    expect(version).toMatch(/^[0-9a-f]{12}$/);
  });

  it('differs when only a map style does, whose name stays', () => {
    const restyled = { ...files, 'styles/night.json': { source: '{"land":"#111"}' } };
    expect(versionOf(restyled, '<html>')).not.toBe(version);
  });

  it('differs when code, page or the set of files does', () => {
    expect(versionOf({ ...files, 'assets/index-1.js': { code: '' } }, '<html>')).not.toBe(version);
    expect(versionOf(files, '<html lang="vi">')).not.toBe(version);
    expect(versionOf({ ...files, 'a.svg': { source: '' } }, '<html>')).not.toBe(version);
  });
});
