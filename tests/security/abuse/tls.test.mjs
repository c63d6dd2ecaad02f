// TLS of both ports: what is offered, who is let in, what happens when the certificate changes or clients are slow.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { Api, Code, tlsCredentials } from '../../integration/support/api.mjs';
import { Authority, replaceFiles } from '../../support/certificates.mjs';
import { kPack, run, temporaryFolder, until } from '../../support/daemon.mjs';
import { SecureCity } from '../support/secure_city.mjs';

const kSlowSockets = 200;
const kPatienceMs = 5_000; // for a client beside slow ones, on a busy machine

let city; // in one process, with optional client certificates
let split;
before(async () => {
  // The authority of clients exists before the city: it has its own.
  const folder = temporaryFolder();
  const clients = new Authority(folder, 'clients');
  const flags = ['--tls.client_ca_file', clients.certificate];
  city = await SecureCity.start({ flags: [...flags, '--tls.handshake_timeout', '2s'] });
  split = await SecureCity.start({ split: true, flags });
  for (const it of [city, split]) it.clients = clients;
});
after(async () => {
  await city?.stop();
  await split?.stop();
});

const ports = () => ({ grpc: city.grpcPort, http: city.httpPort });
const api = (it, key, identity) =>
  new Api(`localhost:${it.grpcPort}`, key, tlsCredentials(it.authority.text, identity));

/** Ends a handshake: the connection's facts, or the code of its error. */
function handshake(port, options) {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ...city.tls(), ...options }, () => {
      const facts = { version: socket.getProtocol(), suite: socket.getCipher().name, alpn: socket.alpnProtocol };
      facts.subject = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      resolve(facts);
    });
    socket.on('error', ({ code, message }) => resolve({ error: code ?? message }));
  });
}

/** openssl s_client with the text as its input: all that it prints. */
function sClient(port, args, input = '') {
  const all = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...args];
  const { stdout, stderr } = spawnSync('openssl', all, { input, encoding: 'utf8', timeout: 20_000 });
  return stdout + stderr;
}

test('only TLS 1.2 and 1.3 are spoken', async () => {
  for (const [name, port] of Object.entries(ports())) {
    const alpn = ['-alpn', name === 'grpc' ? 'h2' : 'http/1.1'];
    for (const version of ['-tls1', '-tls1_1']) {
      const text = sClient(port, [version, '-cipher', 'ALL:@SECLEVEL=0', ...alpn]);
      assert.match(text, /Cipher is \(NONE\)/, `${name} ${version}`);
    }
    for (const version of ['-tls1_2', '-tls1_3']) {
      assert.match(sClient(port, [version, ...alpn]), /Cipher is (TLS_|ECDHE-)/, `${name} ${version}`);
    }
  }
});

test('of TLS 1.2 only suites with forward secrecy and authenticated encryption are accepted', async () => {
  const listed = execFileSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], {
    encoding: 'utf8',
  });
  const suites = listed.trim().split(':').filter((name) => !name.startsWith('TLS_'));
  assert.ok(suites.length > 30, listed);
  for (const [name, port] of Object.entries(ports())) {
    const accepted = [];
    for (const suite of suites) {
      const options = { maxVersion: 'TLSv1.2', ciphers: `${suite}:@SECLEVEL=0` };
      const { suite: agreed } = await handshake(port, { ...options, ALPNProtocols: [name === 'grpc' ? 'h2' : 'http/1.1'] });
      if (agreed) accepted.push(agreed);
    }
    assert.ok(accepted.length > 0, name);
    for (const suite of accepted) assert.match(suite, /^ECDHE-.*(GCM|POLY1305)/, name);
  }
});

test('there is no compression and no renegotiation', () => {
  for (const [name, port] of Object.entries(ports())) {
    const text = sClient(port, ['-tls1_2', '-alpn', name === 'grpc' ? 'h2' : 'http/1.1'], 'R\n');
    assert.match(text, /Compression: NONE/, name);
    const [, afterwards] = text.split('RENEGOTIATING');
    assert.match(afterwards, /:error:/, name);
    assert.doesNotMatch(afterwards, /verify return/, `${name}: a second handshake`);
  }
});

test('ALPN chooses h2 for gRPC and http/1.1 for HTTP', async () => {
  const both = { ALPNProtocols: ['h2', 'http/1.1'] };
  assert.equal((await handshake(city.grpcPort, both)).alpn, 'h2');
  assert.equal((await handshake(city.httpPort, both)).alpn, 'http/1.1');
  assert.ok((await handshake(city.httpPort, { ALPNProtocols: ['h2'] })).error);
});

test('answers over HTTPS tell browsers to stay with it, and addresses in answers have its scheme', async () => {
  const bearer = { authorization: `Bearer ${city.adminKey}` };
  const { status, headers, body } = await city.ask('/tiles/flood.json', { headers: bearer });
  assert.equal(status, 200);
  assert.match(headers['strict-transport-security'], /^max-age=\d{7,}$/);
  assert.match(JSON.parse(body).tiles[0], /^https:\/\/localhost\//);
});

test('plain HTTP and plain gRPC end soon, and HTTP gets the reason', async () => {
  const answer = await new Promise((resolve, reject) => {
    const request = http.get({ port: city.httpPort, host: '127.0.0.1', agent: false }, (reply) => {
      let text = '';
      reply.on('data', (piece) => (text += piece)).on('end', () => resolve({ status: reply.statusCode, text }));
    });
    request.on('error', reject);
  });
  assert.equal(answer.status, 400);
  assert.match(answer.text, /https:\/\//);
  const plain = new Api(`127.0.0.1:${city.grpcPort}`, city.adminKey);
  await assert.rejects(plain.call('FloodService.ListStages'), { code: Code.UNAVAILABLE });
  plain.close();
});

test('a verified certificate acts as the key that names it, until that is revoked', async () => {
  for (const it of [city, split]) {
    const gateway = it.clients.issue('gateway-7', { subject: '/O=City/CN=gateway-7', names: 'DNS:gw7.example.org' });
    const stranger = it.clients.issue('stranger', { subject: '/CN=stranger' });
    const admin = api(it, it.adminKey);
    const { key } = await admin.call('KeyService.CreateKey', {
      principal: 'gateway 7',
      scopes: ['alerts:operate', 'layers:read'],
      certificate_name: 'CN=gateway-7,O=City',
    });
    const statusOf = async (identity, name = 'AlertService.ListAlerts') => {
      const client = api(it, '', identity);
      const status = await client.call(name).then(() => Code.OK, ({ code }) => code);
      client.close();
      return status;
    };
    const overHttps = async (identity, headers = {}) => {
      const type = { 'content-type': 'application/json', ...headers };
      const path = '/citylayers.alerts.v1.AlertService/ListAlerts';
      return (await it.ask(path, { method: 'POST', headers: type, body: '{}', identity })).status;
    };
    await until('the key is known in all processes', async () => (await statusOf(gateway)) === Code.OK);
    assert.equal(await statusOf(gateway, 'KeyService.ListKeys'), Code.PERMISSION_DENIED);
    assert.equal(await statusOf(stranger), Code.UNAUTHENTICATED);
    assert.equal(await statusOf(undefined), Code.UNAUTHENTICATED);
    assert.equal(await overHttps(gateway), 200);
    assert.equal(await overHttps(gateway, { authorization: 'Basic cHJveHk6eA==' }), 200, 'that of a proxy');
    assert.equal(await overHttps(gateway, { 'x-api-key': 'wrong' }), 401, 'a key comes first');
    assert.equal(await overHttps(stranger), 401);
    assert.equal((await it.ask('/tiles/flood.json', { identity: gateway })).status, 200);
    assert.equal((await it.ask('/tiles/flood.json', { identity: stranger })).status, 401);
    await admin.call('KeyService.RevokeKey', { name: key.name });
    await until('the certificate is refused', async () => (await statusOf(gateway)) === Code.UNAUTHENTICATED, 3_000);
    assert.equal(await overHttps(gateway), 401);
    // A text of this form is accepted only from processes of the city.
    const forged = `clp_${key.name.slice(5)}_${'0'.repeat(64)}`;
    const forger = api(it, forged);
    await assert.rejects(forger.call('AlertService.ListAlerts'), { code: Code.UNAUTHENTICATED });
    forger.close();
    admin.close();
  }
});

test('where certificates are required, no other client gets in, and the process stays ready', async () => {
  const clients = new Authority(temporaryFolder(), 'clients');
  const flags = ['--tls.client_ca_file', clients.certificate, '--tls.client_certificates', 'required'];
  const closed = await SecureCity.start({ flags: [...flags, '--server.probe', '100ms'] });
  const own = clients.issue('own');
  assert.equal((await closed.ask('/healthz', { identity: own })).status, 200);
  await assert.rejects(closed.ask('/healthz'));
  await assert.rejects(closed.ask('/healthz', { identity: city.authority.issue('foreign') }));
  const statusOf = async (identity) => {
    const client = api(closed, closed.adminKey, identity);
    const status = await client.call('FloodService.ListStages').then(() => Code.OK, ({ code }) => code);
    client.close();
    return status;
  };
  assert.equal(await statusOf(own), Code.OK);
  assert.equal(await statusOf(undefined), Code.UNAVAILABLE);
  const failed = (port) => closed.front.metric('citylayers_tls_handshakes_failed_total', `port="${port}"`);
  await until('failed handshakes are counted', async () => (await failed('http')) >= 2 && (await failed('grpc')) >= 1);
  const ready = await fetch(`http://${closed.front.admin}/readyz`);
  assert.equal(ready.status, 200, await ready.text());
  assert.doesNotMatch(closed.front.log, /own port does not answer/);
  await closed.stop();
});

test('a new certificate is used by new connections, while open streams live', async () => {
  const bearer = { authorization: `Bearer ${city.adminKey}`, host: 'localhost' };
  const admin = api(city, city.adminKey);
  const stream = admin.stream('LayerService.WatchLayer', { name: 'layers/flood' });
  let messages = 0;
  let failure;
  stream.on('data', () => ++messages).on('error', (error) => (failure = error));
  let events = '';
  let ended = false;
  const options = { ...city.tls(), host: '127.0.0.1', port: city.httpPort, path: '/live/flood', agent: false };
  const request = https.get({ ...options, headers: bearer }, (answer) => {
    answer.on('data', (piece) => (events += piece)).on('end', () => (ended = true));
  });
  request.on('error', (error) => (failure = error));
  await until('both streams have begun', () => messages > 0 && events.length > 0);

  const bad = city.authority.issue('bad');
  writeFileSync(city.certificate.key, readFileSync(bad.key), { mode: 0o600 });
  await until('half of a pair is a notice', async () =>
    /notice: TLS: .*has the key of another certificate/.test(await (await fetch(`http://${city.front.admin}/readyz`)).text()),
  );
  assert.equal((await handshake(city.httpPort, {})).subject, 'localhost', 'the former pair stays');
  replaceFiles(city.certificate, city.authority.issue('next', { subject: '/CN=renewed' }));
  for (const [name, port] of Object.entries(ports())) {
    const alpn = { ALPNProtocols: [name === 'grpc' ? 'h2' : 'http/1.1'] };
    await until(`${name} has it`, async () => (await handshake(port, alpn)).subject === 'renewed');
  }
  const before = { messages, events: events.length };
  await until('both streams go on', () => messages > before.messages && events.length > before.events);
  assert.equal(failure, undefined);
  assert.equal(ended, false);
  assert.ok((await city.front.metric('citylayers_tls_reloads_total', 'result="used"')) >= 1);
  assert.ok((await city.front.metric('citylayers_tls_reloads_total', 'result="refused"')) >= 1);
  assert.ok((await city.front.metric('citylayers_tls_certificate_expiry_seconds')) > 86_400);
  stream.cancel();
  request.destroy();
  admin.close();
});

test('200 slow handshakes on each port do not stop others, and are cut', async () => {
  for (const [name, port] of Object.entries(ports())) {
    const alpn = { ALPNProtocols: [name === 'grpc' ? 'h2' : 'http/1.1'] };
    let closed = 0;
    const timers = [];
    const sockets = Array.from({ length: kSlowSockets }, (_, i) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => {}).on('close', () => ++closed);
      socket.resume();
      // Half of them send a record that never ends, a byte at a time.
      const hello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01];
      let at = 0;
      if (i % 2 === 0) timers.push(setInterval(() => socket.writable && socket.write(Buffer.from([hello[at++ % 8]])), 500));
      return socket;
    });
    await until(`${name}: all are connected`, () => sockets.every((socket) => !socket.connecting));
    for (let i = 0; i < 5; ++i) {
      const startMs = Date.now();
      const { error } = await handshake(port, alpn);
      assert.equal(error, undefined, name);
      assert.ok(Date.now() - startMs < kPatienceMs, `${name}: ${Date.now() - startMs} ms`);
    }
    await until(`${name}: all slow ones are cut`, () => closed === kSlowSockets);
    for (const timer of timers) clearInterval(timer);
  }
});

test('the command line names what is wrong with a connection', async () => {
  const address = `localhost:${city.grpcPort}`;
  const call = (args, env = {}) =>
    run('citylayers', [...args, 'keys', 'list'], {
      env: { ...process.env, CITYLAYERS_KEY: city.adminKey, CITYLAYERS_CA_FILE: '', ...env },
    });
  const good = call(['--server', address, '--ca-file', city.authority.certificate]);
  assert.equal(good.status, 0, good.stderr);
  assert.equal(good.stderr, '', 'no warning about the key');
  assert.equal(call(['--server', `https://${address}`], { CITYLAYERS_CA_FILE: city.authority.certificate }).status, 0);
  const errorOf = (...args) => {
    const { status, stderr } = call(args);
    assert.equal(status, 1, stderr);
    return stderr;
  };
  assert.match(errorOf('--server', address), /it speaks only TLS: give --tls/);
  assert.match(errorOf('--server', address, '--tls'), /of an authority that this machine does not know.*--ca-file/);
  const http_port = `localhost:${city.httpPort}`;
  assert.match(errorOf('--server', http_port, '--ca-file', city.authority.certificate), /this is the HTTPS port/);
  assert.match(errorOf('--server', address, '--ca-file', '/none'), /cannot read \/none/);
});

test('bad files are refused with what is wrong and what to do', () => {
  const folder = temporaryFolder();
  const authority = new Authority(folder, 'city');
  const good = authority.issue('good');
  const other = authority.issue('other');
  const expired = authority.issue('expired', { days: 0 });
  const check = (certificate, key, ...more) => {
    const flags = ['--tls.certificate_file', certificate, '--tls.key_file', key, ...more];
    return run('citylayersd', ['--pack', kPack, '--data', folder, ...flags, '--check-config'], {
      env: { ...process.env, CITYLAYERS_SECURITY__ANONYMOUS: '' },
    });
  };
  const errorOf = (...args) => {
    const { status, stderr } = check(...args);
    assert.equal(status, 2, stderr);
    return stderr;
  };
  assert.equal(check(good.certificate, good.key).status, 0);
  assert.match(errorOf(good.certificate, other.key), /tls\.key_file: .*has the key of another certificate than CN=localhost/);
  assert.match(errorOf(expired.certificate, expired.key), /expired at \d{4}-\d\d-\d\dT.*: renew it/);
  assert.match(errorOf('/none', good.key), /tls\.certificate_file: cannot read \/none: No such file/);
  assert.match(errorOf(good.certificate, folder), /is not a regular file/);
  assert.match(errorOf(good.certificate, good.certificate), /other users can read .* chmod 600/);
  chmodSync(good.key, 0o640);
  assert.match(errorOf(good.certificate, good.key), /other users can read .* \(mode 0640\): chmod 600/);
  chmodSync(good.key, 0o600);
  assert.match(errorOf(good.certificate, ''), /tls\.certificate_file is set without tls\.key_file/);

  const open = ['--grpc', '0.0.0.0:0', '--http', '0.0.0.0:0'];
  assert.equal(check(good.certificate, good.key, ...open).status, 0, 'TLS and keys: no --allow-insecure');
  assert.match(errorOf(good.certificate, good.key, ...open, '--security.anonymous', 'admin'), /every caller may do everything/);
  const admin = ['--admin', '0.0.0.0:8081'];
  assert.match(errorOf(good.certificate, good.key, ...admin), /--admin .*tls\.client_ca_file/);
  assert.equal(check(good.certificate, good.key, ...admin, '--tls.client_ca_file', authority.certificate).status, 0);
});

test('no line of a log has a key', () => {
  for (const it of [city, split]) {
    const logs = it.processes.map(({ log }) => log).join('\n');
    assert.doesNotMatch(logs, /clk_[a-z2-7]{12}_|clp_[a-z2-7]{12}_|PRIVATE KEY/);
    assert.ok(!logs.includes(readFileSync(join(it.folder, 'process.key'), 'utf8').trim()));
  }
});
