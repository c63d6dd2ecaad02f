import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** The bundler's output for one file: code or an asset. */
export type BuiltFile = { code: string } | { source: string | Uint8Array };

/** A short hash of all files of the page, so that a changed page has another name. */
export function versionOf(files: Readonly<Record<string, BuiltFile>>, html: string): string {
  const hash = createHash('sha256');
  // Names alone do not suffice: the names of the map styles do not depend on their content.
  for (const name of Object.keys(files).sort()) {
    const file = files[name]!;
    const content = createHash('sha256').update('code' in file ? file.code : file.source);
    hash.update(`${name}\n${content.digest('hex')}\n`);
  }
  return hash.update(html).digest('hex').slice(0, 12);
}

/**
 * Names the build by a hash of its content. The page has the name in a meta element, and /version.json has the name of
 * the served build: when they differ, an idle page reloads itself. Must follow the plugins that write files.
 */
export function pageVersion(): Plugin {
  let version = 'development';
  return {
    name: 'page-version',
    transformIndexHtml: {
      order: 'post',
      handler(html, context) {
        if (context.bundle) version = versionOf(context.bundle, html);
        return [
          { tag: 'meta', attrs: { name: 'page-version', content: version }, injectTo: 'head' },
        ];
      },
    },
    generateBundle: {
      order: 'post',
      handler() {
        this.emitFile({
          type: 'asset',
          fileName: 'version.json',
          source: JSON.stringify({ version }),
        });
      },
    },
  };
}
