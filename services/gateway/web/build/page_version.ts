import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/**
 * Names the build by what is in it. The page carries the name in a meta element, and /version.json
 * holds that of the build being served: when they differ, an idle page reloads itself.
 */
export function pageVersion(): Plugin {
  let version = 'development';
  return {
    name: 'page-version',
    transformIndexHtml: {
      order: 'post',
      handler(html, context) {
        const files = Object.keys(context.bundle ?? {}).sort();
        if (files.length > 0) {
          // Hashed file names change with their content, so they stand for it.
          version = createHash('sha256')
            .update(files.join('\n') + html)
            .digest('hex')
            .slice(0, 12);
        }
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
