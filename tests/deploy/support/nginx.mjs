// nginx with deploy/nginx/citylayers.conf as it is, except for ports, folders and the certificate.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { kRoot, occupyPort, temporaryFolder, until } from '../../support/daemon.mjs';

export const kName = 'maps.example.org';
const kConf = join(kRoot, 'deploy/nginx/citylayers.conf');

/** False where nginx is installed, otherwise the reason to skip a test. */
export const skipWithoutNginx = spawnSync('nginx', ['-v']).status === 0 ? false : 'nginx is not installed';

/** A self-signed certificate for kName: paths and text. */
function makeCertificate(folder) {
  const [cert, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  args.push('-subj', `/CN=${kName}`, '-addext', `subjectAltName=DNS:${kName}`, '-keyout', key, '-out', cert);
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { cert, key, pem: readFileSync(cert) };
}

async function freePort() {
  const { port, release } = await occupyPort();
  await release();
  return port;
}

/** The text with every `from` replaced; fails when there is none, because the test would then test another file. */
function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`${kConf} has no "${from}"`);
  return text.replaceAll(from, to);
}

export class Nginx {
  /** Starts nginx in front of a daemon: { http, grpc } are HOST:PORT. */
  static async start({ http, grpc }) {
    const nginx = new Nginx();
    nginx.folder = temporaryFolder();
    nginx.certificate = makeCertificate(nginx.folder);
    [nginx.port, nginx.plainPort] = [await freePort(), await freePort()];
    nginx.write({ http, grpc });
    const args = ['-c', join(nginx.folder, 'nginx.conf'), '-e', join(nginx.folder, 'error.log')];
    const checked = spawnSync('nginx', ['-t', ...args], { encoding: 'utf8' });
    nginx.checked = checked.stderr;
    if (checked.status !== 0) throw new Error(`nginx -t: ${checked.stderr}`);
    nginx.child = spawn('nginx', args, { stdio: 'ignore' });
    process.on('exit', () => nginx.child.kill());
    await until('nginx listens', () => nginx.get('/healthz').then(({ status }) => status === 200));
    return nginx;
  }

  write({ http, grpc }) {
    const { folder, certificate } = this;
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    let site = readFileSync(kConf, 'utf8');
    for (const [from, to] of [
      ['server 127.0.0.1:8080', `server ${http}`],
      ['server 127.0.0.1:50051', `server ${grpc}`],
      ['listen 443 ', `listen 127.0.0.1:${this.port} `],
      ['listen 80;', `listen 127.0.0.1:${this.plainPort};`],
      ['/etc/ssl/citylayers/fullchain.pem', certificate.cert],
      ['/etc/ssl/citylayers/privkey.pem', certificate.key],
      ['/var/cache/nginx/citylayers', join(folder, 'cache')],
      ['/var/log/nginx/citylayers.log', this.accessLog],
    ]) {
      site = replaced(site, from, to);
    }
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${folder}/tmp/${kind};`)
      .join(' ');
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; pid ${folder}/pid; ${process.getuid() === 0 ? 'user root;' : ''}
      events { worker_connections 1024; }
      http { ${temporary} ${site} }`,
    );
  }

  get accessLog() {
    return join(this.folder, 'access.log');
  }

  /** The errors that nginx reported. */
  errors() {
    return readFileSync(join(this.folder, 'error.log'), 'utf8');
  }

  stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill();
    return ended;
  }

  /** Options of a TLS client that reaches this server by its name. */
  get tls() {
    return { ca: this.certificate.pem, servername: kName };
  }

  /** A request over HTTP/1.1 and TLS: { status, headers, body }; `body` is a Buffer. */
  get(path, headers = {}, { method = 'GET', body } = {}) {
    return new Promise((resolve, reject) => {
      const request = https.request(
        { ...this.tls, host: '127.0.0.1', port: this.port, path, method, headers: { host: kName, ...headers }, agent: false },
        (reply) => {
          const pieces = [];
          reply.on('data', (piece) => pieces.push(piece));
          reply.on('error', reject);
          reply.on('end', () =>
            resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(pieces) }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** A request over HTTP/2: { status, headers, body, alpn }. */
  get2(path) {
    return new Promise((resolve, reject) => {
      const session = http2.connect(`https://${kName}`, {
        ...this.tls,
        createConnection: undefined,
        port: this.port,
        host: '127.0.0.1',
        lookup: (_, options, done) => (options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)),
      });
      session.on('error', reject);
      const stream = session.request({ ':path': path, ':authority': kName });
      let headers;
      const pieces = [];
      stream.on('response', (got) => (headers = got));
      stream.on('data', (piece) => pieces.push(piece));
      stream.on('error', reject);
      stream.on('end', () => {
        const alpn = session.alpnProtocol;
        session.close();
        resolve({ status: headers[':status'], headers, body: Buffer.concat(pieces), alpn });
      });
      stream.end();
    });
  }

  /** The first line of the answer to a plain HTTP request, and its headers as text. */
  getPlain(path) {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(this.plainPort, '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${kName}\r\nConnection: close\r\n\r\n`),
      );
      socket.on('data', (piece) => (text += piece));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  }

  /** Opens a stream of server-sent events: next(name) returns the next { id, event, data }; closed ends it. */
  events(path, headers = {}) {
    return new Promise((resolve, reject) => {
      const request = https.get(
        { ...this.tls, host: '127.0.0.1', port: this.port, path, headers: { host: kName, accept: 'text/event-stream', ...headers }, agent: false },
        (reply) => resolve(new Events(request, reply)),
      );
      request.on('error', reject);
    });
  }
}

/** A stream of server-sent events over one request. */
class Events {
  constructor(request, reply) {
    Object.assign(this, { request, reply, retryMs: undefined });
    reply.setEncoding('utf8');
    this.pieces = reply[Symbol.asyncIterator]();
    this.text = '';
  }

  get status() {
    return this.reply.statusCode;
  }

  /** The next event, or the next one of a name; undefined when the stream has ended. */
  async next(name) {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await this.pieces.next().catch(() => ({ done: true }));
        if (done) return undefined;
        this.text += value;
        continue;
      }
      const event = {};
      for (const line of this.text.slice(0, end).split('\n')) {
        const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field) event[field] = value;
      }
      this.text = this.text.slice(end + 2);
      if (event.retry) this.retryMs = Number(event.retry);
      if (event.data !== undefined && (!name || event.event === name)) return event;
    }
  }

  close() {
    this.request.destroy();
  }
}
