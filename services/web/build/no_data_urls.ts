import type { Plugin } from 'vite';

/** A declaration whose value holds a data: URL. */
const kDataDeclaration = /[\w-]+:[^;{}]*url\((["']?)data:[^]*?\1\)[^;}]*;?/g;

/** A style sheet without its data: URLs. */
export function withoutDataUrls(css: string): string {
  return css.replace(kDataDeclaration, '');
}

/**
 * Takes the pictures out of the map library's style sheet: the page's policy allows none in data: URLs, it
 * shows one of them only, and draws that itself. Four fifths of the sheet are such pictures.
 */
export function noDataUrls(): Plugin {
  return {
    name: 'no-data-urls',
    enforce: 'pre',
    transform(code, id) {
      if (id.split('?')[0]!.endsWith('maplibre-gl.css')) return withoutDataUrls(code);
      return undefined;
    },
  };
}
