// A closed city over TLS, in one process or with its gateway in another, for tests of TLS.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { Authority } from '../../support/certificates.mjs';
import { Daemon, kBin, kPack, temporaryFolder, until } from '../../support/daemon.mjs';

const kModules = 'backup,readings,keys,basemap,flood,traffic,alerts';

export class SecureCity {
  processes = [];

  /**
   * @param options split: the gateway is a separate process, which calls the other over TLS; flags: of the process with
   * the ports for clients
   */
  static async start({ split = false, flags = [] } = {}) {
    const city = new SecureCity();
    city.folder = temporaryFolder();
    city.authority = new Authority(city.folder, 'city');
    city.certificate = city.authority.issue('server');
    mkdirSync(join(city.folder, 'data'));
    city.adminKey = city.keyOf(['keys', 'init', '--data', join(city.folder, 'data')]);
    const processKey = join(city.folder, 'process.key');
    city.keyOf(['keys', 'process-key', processKey]);
    const common = ['--pack', kPack, '--data', join(city.folder, 'data'), '--grpc', '127.0.0.1:0'];
    common.push('--admin', '127.0.0.1:0', '--security.process_key_file', processKey, '--tls.poll', '100ms');
    common.push('--tls.certificate_file', city.certificate.certificate, '--tls.key_file', city.certificate.key);
    const backends = [];
    if (split) {
      const back = await city.startProcess(['--target', kModules, ...common]);
      const address = `https://localhost:${back.grpc.split(':').at(-1)}`;
      backends.push('--backends', kModules.split(',').map((name) => `${name}=${address}`).join(','));
      backends.push('--tls.backend_ca_file', city.authority.certificate);
    }
    city.front = await city.startProcess([
      ...['--target', split ? 'gateway' : 'all', ...common, ...backends, '--http', '127.0.0.1:0', ...flags],
    ]);
    city.grpcPort = Number(city.front.grpc.split(':').at(-1));
    city.httpPort = Number(city.front.http.split(':').at(-1));
    for (const { admin } of city.processes) {
      await until(`${admin} is ready\n${city.log()}`, async () => (await fetch(`http://${admin}/readyz`)).ok);
    }
    return city;
  }

  async startProcess(args) {
    const daemon = await Daemon.start(args, { CITYLAYERS_SECURITY__ANONYMOUS: '' });
    this.processes.push(daemon);
    return daemon;
  }

  keyOf(args) {
    const stdio = ['ignore', 'pipe', 'ignore'];
    return execFileSync(join(kBin, 'citylayers'), args, { encoding: 'utf8', stdio }).trim();
  }

  /** Options of node's TLS for a client with, or without, a certificate. */
  tls(identity) {
    const own = identity && { cert: readFileSync(identity.certificate), key: readFileSync(identity.key) };
    return { ca: this.authority.text, servername: 'localhost', ...own };
  }

  /** One request over a new connection: { status, headers, body, subject }. */
  ask(path, { headers = {}, method = 'GET', body = '', identity } = {}) {
    return new Promise((resolve, reject) => {
      const options = { ...this.tls(identity), host: '127.0.0.1', port: this.httpPort, path, method, agent: false };
      const request = https.request({ ...options, headers: { host: 'localhost', ...headers } }, (answer) => {
        const pieces = [];
        const subject = answer.socket.getPeerCertificate().subject?.CN;
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString();
          resolve({ status: answer.statusCode, headers: answer.headers, body: text, subject });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  log() {
    return this.processes.map(({ log }) => log.slice(-4000)).join('\n---\n');
  }

  async stop() {
    for (const daemon of [...this.processes].reverse()) await daemon.stop();
  }
}
