// SIGHUP: live options change, others wait for a restart, and a bad file changes nothing.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon, kPack, temporaryFolder, until } from '../support/daemon.mjs';
import { Api, Code } from './support/api.mjs';

const kPorts = ['--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--http', '127.0.0.1:0'];

/** A daemon with a configuration file: { daemon, write, reload }. */
async function start(t, text) {
  const folder = temporaryFolder();
  const file = join(folder, 'city.toml');
  writeFileSync(file, text);
  const args = ['--config', file, '--pack', kPack, '--data', join(folder, 'data'), ...kPorts];
  // The environment has precedence over the file: no scopes from there.
  const daemon = new Daemon(args, { CITYLAYERS_SECURITY__ANONYMOUS: undefined });
  t.after(() => daemon.stop());
  await daemon.listening;
  return {
    daemon,
    reload: async (next, pattern) => {
      const from = daemon.log.length;
      writeFileSync(file, next);
      daemon.child.kill('SIGHUP');
      return until(`the log has ${pattern}`, () => pattern.exec(daemon.log.slice(from)));
    },
  };
}

const refusal = (api) => api.call('ClockService.GetClock').then(() => null, (error) => error);

test('anonymous scopes change live', async (t) => {
  const { daemon, reload } = await start(t, '[security]\nanonymous = ""\n');
  const api = new Api(daemon.grpc);
  t.after(() => api.close());
  assert.equal((await refusal(api)).code, Code.UNAUTHENTICATED);
  await reload('[security]\nanonymous = "layers:read"\n', /configuration reloaded changed=security\.anonymous/);
  assert.equal(await refusal(api), null);
  await reload('[security]\nanonymous = ""\n', /configuration reloaded/);
  assert.equal((await refusal(api)).code, Code.UNAUTHENTICATED);
});

test('an option that needs a restart is named and keeps its value', async (t) => {
  const { daemon, reload } = await start(t, '[grpc]\nunary_max = 300\n');
  const next = '[grpc]\nunary_max = 301\n[server]\nlog = "debug"\n';
  await reload(next, /changes of the configuration that need a restart options=grpc\.unary_max/);
  const shown = await (await fetch(`http://${daemon.admin}/debug/config`)).text();
  assert.match(shown, /unary_max = 300/);
  assert.match(shown, /log = "debug"/);
});

test('a bad file changes nothing and gives the reason', async (t) => {
  const { daemon, reload } = await start(t, '[security]\nanonymous = "layers:read"\n');
  const api = new Api(daemon.grpc);
  t.after(() => api.close());
  for (const [text, why] of [
    ['[security]\nanonymous = "layers:steal"\n', /layers:steal/],
    ['[server]\nlog = "loud"\n', /loud/],
    ['[server\n', /city\.toml:/],
    ['[server]\nlgo = "info"\n', /did you mean/],
  ]) {
    const [line] = await reload(text, /configuration not reloaded; nothing has changed why=.*\n/);
    assert.match(line, why);
    assert.equal(await refusal(api), null, 'the scopes of before');
  }
});

test('without a file SIGHUP stops the process', async (t) => {
  const daemon = await Daemon.start(['--pack', kPack, '--data', temporaryFolder(), ...kPorts]);
  t.after(() => daemon.stop());
  const { code } = await daemon.stop('SIGHUP');
  assert.equal(code, 0);
});
