// An HTTP proxy between a browser and a city that records what the browser sent and what the city answered: a test that
// an attack failed also needs to see that it arrived.
//
//   const proxy = await RecordingProxy.start('127.0.0.1:8080');
//   … a browser opens proxy.url …
//   proxy.requests   // [{ method, target, host, origin, type, hasCookie, status }], status undefined: not answered yet

import http from 'node:http';
import { connect } from 'node:net';
import { until } from '../../support/daemon.mjs';

export class RecordingProxy {
  requests = [];
  // By host name: the answer to GET /attack, which does not reach the city.
  pages = new Map();

  static async start(address) {
    const proxy = new RecordingProxy();
    const [host, port] = address.split(':');
    proxy.city = { host, port: Number(port) };
    proxy.server = http.createServer((request, reply) => proxy.pass(request, reply));
    proxy.server.on('upgrade', (request, socket, head) => proxy.passUpgrade(request, socket, head));
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.server.address().port;
    proxy.url = `http://127.0.0.1:${proxy.port}`;
    return proxy;
  }

  record({ method, url, headers }) {
    const entry = {
      method,
      target: url,
      host: headers.host,
      origin: headers.origin,
      type: headers['content-type']?.split(';')[0],
      hasCookie: headers.cookie !== undefined,
    };
    this.requests.push(entry);
    return entry;
  }

  pass(request, reply) {
    const page = this.pages.get(request.headers.host.split(':')[0]);
    if (page !== undefined && request.url === '/attack') {
      reply.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    const entry = this.record(request);
    const sent = http.request({
      ...this.city,
      method: request.method,
      path: request.url,
      headers: request.rawHeaders, // in a flat list, as received
      agent: false,
    });
    sent.on('response', (answer) => {
      entry.status = answer.statusCode;
      reply.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(reply);
    });
    sent.on('error', () => reply.destroy());
    reply.on('close', () => sent.destroy());
    request.pipe(sent);
  }

  passUpgrade(request, socket, head) {
    const entry = this.record(request);
    const sent = connect(this.city);
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    }
    sent.write(`${lines.join('\r\n')}\r\n\r\n`);
    sent.write(head);
    sent.once('data', (bytes) => (entry.status = Number(bytes.toString('latin1').split(' ')[1])));
    for (const [from, to] of [[sent, socket], [socket, sent]]) {
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.pipe(to);
    }
  }

  /** The requests since `from` that `wanted` accepts; waits until there are `count`, all answered. */
  async untilAnswered(what, wanted, count, from = 0) {
    const found = () => this.requests.slice(from).filter(wanted);
    await until(`${count} answered requests: ${what}`, () =>
      found().length >= count && found().every(({ status }) => status !== undefined),
    );
    return found();
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** A web server of a foreign site: blank pages, and a record of the Referer of each request. */
export class ForeignSite {
  requests = [];

  static async start() {
    const site = new ForeignSite();
    site.server = http.createServer((request, reply) => {
      site.requests.push({ target: request.url, referer: request.headers.referer });
      reply.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>foreign</title>');
    });
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    site.port = site.server.address().port;
    return site;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
