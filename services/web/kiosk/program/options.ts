// The options of citylayers-kiosk.

import { parseArgs } from 'node:util';

export interface Options {
  server: URL;
  views: string[];
  listen: { host: string; port: number };
  web: string;
  keyFile: string;
  profile: string;
  heapMib: number;
  browser: string[];
  flags: string[];
}

export const kUsage = `Usage: citylayers-kiosk [options] [-- CHROMIUM_FLAG...]

Shows the map of a citylayers server in full screen, and repairs the picture by itself.

  --server URL       the server                                   (http://127.0.0.1:8080)
  --view QUERY       parameters of the page, lang=en&theme=day; twice: two pages side by side
  --key-file FILE    an API key, which this program sends with every request to the server
  --listen HOST:PORT local address of the page; loopback only     (127.0.0.1:8090)
  --web DIR          folder with kiosk/index.html                 (../web beside this program)
  --profile DIR      the browser's profile; its content is lost   ($RUNTIME_DIRECTORY/profile)
  --heap-mib N       heap above which the page is loaded again    (1024)
  --browser COMMAND  the browser, with its compositor
                     (cage -d -- chromium --ozone-platform=wayland)
`;

/** Throws an Error with what is wrong and what is accepted. */
export function readOptions(args: string[], here: string, env: NodeJS.ProcessEnv): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      server: { type: 'string', default: 'http://127.0.0.1:8080' },
      view: { type: 'string', multiple: true, default: [] },
      'key-file': { type: 'string', default: '' },
      listen: { type: 'string', default: '127.0.0.1:8090' },
      web: { type: 'string', default: `${here}/../web` },
      profile: { type: 'string', default: `${env['RUNTIME_DIRECTORY'] ?? '/tmp/citylayers-kiosk'}/profile` },
      'heap-mib': { type: 'string', default: '1024' },
      browser: { type: 'string', default: 'cage -d -- chromium --ozone-platform=wayland' },
    },
  });
  return {
    server: serverOf(values.server!),
    views: values.view!.filter((view) => view !== ''),
    listen: listenOf(values.listen!),
    web: values.web!,
    keyFile: values['key-file']!,
    profile: values.profile!,
    heapMib: heapOf(values['heap-mib']!),
    browser: values.browser!.trim().split(/\s+/),
    flags: positionals,
  };
}

function serverOf(text: string): URL {
  const url = tryUrl(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new Error(`--server "${text}": must be http://HOST[:PORT] or https://HOST[:PORT]`);
  }
  return url;
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function listenOf(text: string): Options['listen'] {
  const [, host, port] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(text) ?? [];
  if (!host || Number(port) > 65535) {
    throw new Error(`--listen "${text}": must be 127.0.0.1:PORT, because callers have the rights of the key`);
  }
  return { host: host.replace(/[[\]]/g, ''), port: Number(port) };
}

function heapOf(text: string): number {
  const mib = Number(text);
  if (!Number.isInteger(mib) || mib < 64 || mib > 16_384) {
    throw new Error(`--heap-mib "${text}": must be an integer from 64 to 16384`);
  }
  return mib;
}
