// The kiosk: `vite build --config vite.kiosk.config.ts` writes the supervisor page to dist/kiosk, with `--mode program` the
// program citylayers-kiosk to dist-kiosk, one file without dependencies.
import { defineConfig } from 'vite';
import { precompress } from './build/precompress.js';

const page = {
  root: 'kiosk/page',
  base: './',
  publicDir: false as const,
  plugins: [precompress()],
  build: {
    target: 'es2022',
    outDir: '../../dist/kiosk',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
};

const program = {
  publicDir: false as const,
  ssr: { noExternal: true as const },
  build: {
    ssr: 'kiosk/program/main.ts',
    target: 'node18',
    outDir: 'dist-kiosk',
    emptyOutDir: true,
    rollupOptions: { output: { entryFileNames: 'citylayers-kiosk.mjs' } },
  },
};

export default defineConfig(({ mode }) => (mode === 'program' ? program : page));
