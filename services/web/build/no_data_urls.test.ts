import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { withoutDataUrls } from './no_data_urls.js';

describe('withoutDataUrls', () => {
  it('takes out what holds a data: URL, and nothing else', () => {
    const css =
      '.a{color:red;background-image:url("data:image/svg+xml,%3Csvg fill=\'a;b\'/%3E");top:1px}' +
      '.b{background:url(data:image/png;base64,AA==) no-repeat}.c{background:url("x.svg")}';
    expect(withoutDataUrls(css)).toBe('.a{color:red;top:1px}.b{}.c{background:url("x.svg")}');
  });

  it('leaves the rules of the map library whole', () => {
    const file = createRequire(import.meta.url).resolve('maplibre-gl/dist/maplibre-gl.css');
    const css = readFileSync(file, 'utf8');
    const stripped = withoutDataUrls(css);
    expect(css).toContain('url("data:');
    expect(stripped).not.toContain('data:');
    const count = (text: string, part: string): number => text.split(part).length - 1;
    expect(count(stripped, '}')).toBe(count(stripped, '{'));
    for (const rule of ['.maplibregl-canvas', '.maplibregl-ctrl-attrib-button', '@media'])
      expect(count(stripped, rule)).toBe(count(css, rule));
  });
});
