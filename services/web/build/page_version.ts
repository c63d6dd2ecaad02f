import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** What the bundler made of one file: code or an asset. */
export type BuiltFile = { code: string } | { source: string | Uint8Array };

/** A short name of everything that the page is made of: another name, another page. */
export function versionOf(files: Readonly<Record<string, BuiltFile>>, html: string): string {
  const hash = createHash('sha256');
  // Not by names alone: those of the map styles stay the same whatever is in them.
  for (const name of Object.keys(files).sort()) {
    const file = files[name]!;
    const content = createHash('sha256').update('code' in file ? file.code : file.source);
    hash.update(`${name}\n${content.digest('hex')}\n`);
  }
  return hash.update(html).digest('hex').slice(0, 12);
}

/**
 * Names the build by what is in it. The page carries the name in a meta element, and /version.json
 * holds that of the build being served: when they differ, an idle page reloads itself. Stands behind
 * the plugins that write files of their own.
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
