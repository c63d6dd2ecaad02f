// The HTTP server of the booth itself, on loopback: the supervisor page from the disk, everything else from the city's server.
// So the supervisor is there before the server is, and is of the same origin as the page that it embeds. The booth's API key is
// added here; no page knows it.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { extname, join, normalize } from 'node:path';

export interface LocalServerOptions {
  server: URL;
  /** The folder of the built page; only kiosk/ below it is served. */
  web: string;
  /** Sent with each request; '': none. */
  key: string;
  /** What /kiosk/state answers, for the staff of the booth and for monitoring. */
  state: () => unknown;
}

const kTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
};
const kPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; frame-src 'self'; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/** Headers of one connection (RFC 9110, section 7.6.1), and those that would give the page another origin or rights. */
const kDropped = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
const kDroppedOfCaller = ['host', 'origin', 'referer', 'cookie', 'authorization', 'x-api-key'];

export class LocalServer {
  private readonly agent;
  private readonly http;

  constructor(private readonly options: LocalServerOptions) {
    const { Agent } = options.server.protocol === 'https:' ? https : http;
    this.agent = new Agent({ keepAlive: true });
    this.http = http.createServer((request, response) => void this.serve(request, response));
  }

  /** Returns the origin of the server. */
  listen(host: string, port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, host, () => {
        const at = this.http.address() as { port: number };
        resolve(`http://${host.includes(':') ? `[${host}]` : host}:${at.port}`);
      });
    });
  }

  close(): void {
    this.http.close();
    this.http.closeAllConnections();
    this.agent.destroy();
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { host = '', origin, 'sec-fetch-site': site } = request.headers;
    // Pages of other origins in a browser of this machine must not use the key: no rebound names, no cross-site requests.
    if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host)) {
      return answer(response, 421, `the name ${host} is not of this booth`);
    }
    if ((origin && origin !== `http://${host}`) || site === 'cross-site' || site === 'same-site') {
      return answer(response, 403, 'requests of other origins are refused');
    }
    const path = (request.url ?? '/').split('?')[0]!;
    if (path === '/kiosk/state') return answer(response, 200, JSON.stringify(this.options.state()), 'application/json');
    if (path === '/kiosk' || path.startsWith('/kiosk/')) return this.serveFile(path, response);
    return this.forward(request, response);
  }

  private async serveFile(path: string, response: http.ServerResponse): Promise<void> {
    if (path === '/kiosk') {
      response.writeHead(308, { location: '/kiosk/' });
      response.end();
      return;
    }
    const name = path.endsWith('/') ? `${path}index.html` : path;
    // Not decoded: the build's names need no escapes. normalize() removes `..`; what leaves the folder is refused.
    const local = normalize(name);
    if (!local.startsWith('/kiosk/')) return answer(response, 404, `there is no file ${path}`);
    const file = join(this.options.web, local);
    const type = kTypes[extname(file)];
    const content = type ? await readFile(file).catch(() => undefined) : undefined;
    if (!content) return answer(response, 404, `there is no file ${path}`);
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': kPolicy,
      'x-content-type-options': 'nosniff',
    });
    response.end(content);
  }

  private forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { server, key } = this.options;
    const hasBody = !['GET', 'HEAD'].includes(request.method ?? 'GET');
    const headers = kept(request.headers, [...kDropped, ...kDroppedOfCaller]);
    if (key) headers['authorization'] = `Bearer ${key}`;
    const base = server.pathname.replace(/\/$/, '');
    const up = (server.protocol === 'https:' ? https : http).request(
      {
        hostname: server.hostname.replace(/[[\]]/g, ''),
        port: server.port,
        path: base + request.url,
        method: request.method,
        headers: { ...headers, host: server.host },
        agent: this.agent,
      },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, kept(reply.headers, kDropped));
        response.flushHeaders();
        reply.pipe(response);
        reply.on('error', () => response.destroy());
      },
    );
    up.on('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      // The server may close an idle connection while a request is under way on it.
      if (up.reusedSocket && error.code === 'ECONNRESET' && !hasBody) return this.forward(request, response);
      answer(response, 502, `${server.origin} does not answer: ${error.message}`);
    });
    response.on('close', () => {
      if (!response.writableFinished) up.destroy(); // not afterwards: its connection may serve another request
    });
    if (hasBody) request.pipe(up);
    else up.end();
  }
}

function kept(headers: http.IncomingHttpHeaders, dropped: string[]): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name)));
}

function answer(response: http.ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
  response.end(`${text}\n`);
}
