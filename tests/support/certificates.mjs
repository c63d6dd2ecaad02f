// Certificates for tests, made by the openssl program.
//
//   const authority = new Authority(folder, 'city');
//   const { certificate, key } = authority.issue('server', { names: 'DNS:localhost,IP:127.0.0.1' });   // paths of files

import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
const kKeyKind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority, with its files in a folder. */
export class Authority {
  constructor(folder, name) {
    this.folder = folder;
    this.name = name;
    this.certificate = join(folder, `${name}.crt`);
    this.key = join(folder, `${name}.key`);
    openssl(
      ...['req', '-x509', ...kKeyKind, '-days', '30', '-subj', `/CN=${name}`],
      ...['-keyout', this.key, '-out', this.certificate],
    );
  }

  /** Its certificate as text. */
  get text() {
    return readFileSync(this.certificate, 'utf8');
  }

  /**
   * Issues a certificate: paths of `certificate` and `key`, which has mode 0600.
   * @param options subject: as openssl takes it; names: alternative names; days: until it expires; 0: it has expired
   */
  issue(file, { subject = '/CN=localhost', names = 'DNS:localhost,IP:127.0.0.1', days = 30 } = {}) {
    const at = (kind) => join(this.folder, `${file}.${kind}`);
    openssl('req', ...kKeyKind, '-subj', subject, '-keyout', at('key'), '-out', at('csr'));
    chmodSync(at('key'), 0o600);
    writeFileSync(at('ext'), `subjectAltName=${names}\n`);
    // A certificate of 0 days has the same beginning and end.
    openssl(
      ...['x509', '-req', '-in', at('csr'), '-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial'],
      ...['-days', `${days}`, '-extfile', at('ext'), '-out', at('crt')],
    );
    return { certificate: at('crt'), key: at('key') };
  }
}

/** Replaces the files of a certificate by those of another one, each by a rename, as certbot does. */
export function replaceFiles(old, next) {
  for (const kind of ['certificate', 'key']) {
    const path = `${old[kind]}.next`;
    writeFileSync(path, readFileSync(next[kind]), { mode: 0o600 });
    renameSync(path, old[kind]);
  }
}
