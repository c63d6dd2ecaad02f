// Addresses of the server. The page may live under a path of a host that serves other things, too: all
// addresses go by where its scripts came from, which is one folder below.

const kBase = new URL('..', String(import.meta.url));

/** The address of a path of the server, such as "tiles/base.json". */
export function serverUrl(path: string): string {
  return new URL(path, kBase).href;
}
