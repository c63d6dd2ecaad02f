import type { Plugin } from 'vite';

/** A declaration with a data: URL in its value. */
const kDataDeclaration = /[\w-]+:[^;{}]*url\((["']?)data:[^]*?\1\)[^;}]*;?/g;

/** A style sheet without its data: URLs. */
export function withoutDataUrls(css: string): string {
  return css.replace(kDataDeclaration, '');
}

/**
 * Removes the pictures from the map library's style sheet: the page's policy allows no data: URLs, and the page shows
 * only one of them and draws that itself. Four fifths of the sheet are such pictures.
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
