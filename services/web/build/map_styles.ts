import type { Plugin } from 'vite';
import { buildStyle } from '../styles/style.js';
import type { Theme } from '../styles/palette.js';

/** Serves /styles/{night,day}.json in development and writes both files into the build. */
export function mapStyles(): Plugin {
  const themes: Theme[] = ['night', 'day'];
  return {
    name: 'map-styles',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const theme = themes.find((name) => request.url === `/styles/${name}.json`);
        if (!theme) return next();
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(buildStyle(theme)));
      });
    },
    generateBundle() {
      for (const theme of themes) {
        this.emitFile({
          type: 'asset',
          fileName: `styles/${theme}.json`,
          source: JSON.stringify(buildStyle(theme)),
        });
      }
    },
  };
}
