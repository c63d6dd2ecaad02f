import { defineConfig } from 'vite';
import { mapGlyphs } from './build/map_glyphs.js';
import { mapStyles } from './build/map_styles.js';
import { noDataUrls } from './build/no_data_urls.js';
import { pageVersion } from './build/page_version.js';
import { precompress } from './build/precompress.js';

// The gateway used by `npm run dev`.
const kGateway = process.env['CITYLAYERS_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: './', // the page also works below a path, behind a proxy that removes the path
  plugins: [noDataUrls(), mapGlyphs(), mapStyles(), pageVersion(), precompress()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ['/tiles', '/live', '/citylayers.', '/cap', '/fonts', '/session'].map((path) => [path, { target: kGateway }]),
    ),
  },
  test: { include: ['src/**/*.test.ts', 'styles/**/*.test.ts', 'build/**/*.test.ts', 'kiosk/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
