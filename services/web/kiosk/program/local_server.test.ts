import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalServer } from './local_server.js';

const web = mkdtempSync(join(tmpdir(), 'citylayers-kiosk-'));
const seen: http.IncomingMessage[] = [];
const city = http.createServer((request, response) => {
  seen.push(request);
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
  response.write('data: first\n\n');
  if (request.url !== '/city/live') response.end();
});
let local: LocalServer;
let origin: string;

beforeAll(async () => {
  mkdirSync(join(web, 'kiosk'));
  writeFileSync(join(web, 'kiosk/index.html'), 'supervisor');
  writeFileSync(join(web, 'secret.js'), 'out of reach');
  await new Promise<void>((resolve) => city.listen(0, '127.0.0.1', resolve));
  const { port } = city.address() as { port: number };
  local = new LocalServer({ server: new URL(`http://127.0.0.1:${port}/city/`), web, key: 'clk_k', state: () => ({ action: 'feed' }) });
  origin = await local.listen('127.0.0.1', 0);
});
afterAll(() => {
  local.close();
  city.close();
  city.closeAllConnections();
  rmSync(web, { recursive: true });
});

/** GET with any headers and any path: { status, body } up to the first piece. */
function get(path: string, headers: Record<string, string> = {}) {
  const { hostname, port, host } = new URL(origin);
  return new Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }>((resolve, reject) => {
    const request = http.get({ hostname, port, path, headers: { host, ...headers } }, (reply) => {
      reply.once('data', (piece: Buffer) => {
        resolve({ status: reply.statusCode!, body: piece.toString(), headers: reply.headers });
        request.destroy();
      });
    });
    request.on('error', reject);
  });
}

describe('LocalServer', () => {
  it('serves the supervisor from the disk, and nothing else of it', async () => {
    const page = await get('/kiosk/?view=lang%3Den');
    expect([page.status, page.body]).toEqual([200, 'supervisor']);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect((await get('/kiosk/../secret.js')).body).not.toContain('reach');
    expect((await get('/kiosk/%2e%2e/secret.js')).body).not.toContain('reach');
    expect((await get('/kiosk/..%2fsecret.js')).body).not.toContain('reach');
    expect((await get('/kiosk/none.js')).status).toBe(404);
  });

  it('forwards everything else with the key of the booth, below the path of the server', async () => {
    await get('/tiles/base.json?a=1', { authorization: 'Bearer other', cookie: 'a=1', accept: 'x/y' });
    const { url, headers } = seen.at(-1)!;
    expect(url).toBe('/city/tiles/base.json?a=1');
    expect(headers.authorization).toBe('Bearer clk_k');
    expect(headers.accept).toBe('x/y');
    expect(headers.cookie).toBeUndefined();
  });

  it('answers its state without the server', async () => {
    const count = seen.length;
    expect(JSON.parse((await get('/kiosk/state')).body)).toEqual({ action: 'feed' });
    expect(seen.length).toBe(count);
  });

  it('passes events on at once', async () => {
    expect((await get('/live')).body).toBe('data: first\n\n');
  });

  it('refuses other names and pages of other origins: they would use the key', async () => {
    const count = seen.length;
    expect((await get('/tiles/base.json', { host: 'evil.example' })).status).toBe(421);
    expect((await get('/tiles/base.json', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/tiles/base.json', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(seen.length).toBe(count);
    expect((await get('/tiles/base.json', { origin })).status).toBe(200);
  });

  it('repeats a request whose idle connection the server has just closed', async () => {
    let requests = 0;
    const closing = http.createServer((request, response) => {
      // The second request of the first connection finds it closed, as after the server's idle time.
      if (++requests === 2) request.socket.resetAndDestroy();
      else response.end(`answer ${requests}`);
    });
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const { port } = closing.address() as { port: number };
    const server = new URL(`http://127.0.0.1:${port}`);
    const front = new LocalServer({ server, web, key: '', state: () => null });
    const at = await front.listen('127.0.0.1', 0);
    expect(await (await fetch(`${at}/a`)).text()).toBe('answer 1');
    expect(await (await fetch(`${at}/b`)).text()).toBe('answer 3');
    front.close();
    closing.close();
  });

  it('answers 502 with the reason while the server is down', async () => {
    const down = new LocalServer({ server: new URL('http://127.0.0.1:1'), web, key: '', state: () => null });
    const at = await down.listen('127.0.0.1', 0);
    const reply = await fetch(`${at}/healthz`);
    expect(reply.status).toBe(502);
    expect(await reply.text()).toMatch(/^http:\/\/127.0.0.1:1 does not answer: .*ECONNREFUSED/);
    down.close();
  });
});
