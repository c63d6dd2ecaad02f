// Addresses of the server. The page may be served below a path of a host with other content: all addresses are relative
// to its scripts, which are one folder below the page.

const kBase = new URL('..', String(import.meta.url));

/** The address of a path of the server, such as "tiles/base.json". */
export function serverUrl(path: string): string {
  return new URL(path, kBase).href;
}
