// The access that ./run demo grants: functions of deploy/run/demo.sh, run with the built command line client.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kBin, kRoot, temporaryFolder } from '../support/daemon.mjs';

const kLanScopes = 'layers:read,readings:read,alerts:read';

/** A tree in which the script finds the built programs: the folder. */
function demoTree() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'build/dev'), { recursive: true });
  symlinkSync(kBin, join(folder, 'build/dev/bin'));
  symlinkSync(join(kRoot, 'deploy'), join(folder, 'deploy'));
  mkdirSync(join(folder, 'data'));
  return folder;
}

/** Runs functions of the script after it has read these options: { status, lines, stderr }. */
function demo(folder, options, script) {
  const text = `set -euo pipefail
    source deploy/run/common.sh; source deploy/run/demo.sh
    start() { printf '%s\\n' "$@"; }
    parse_demo_options --data data ${options}
    set_access
    ${script}`;
  const env = { ...process.env, ROOT: folder, CITYLAYERS_KEY: 'of another server' };
  delete env.CITYLAYERS_KEY_FILE;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', text], { cwd: folder, encoding: 'utf8', env });
  return { status, lines: stdout.split('\n'), stderr };
}

const kShowAccess = `printf '%s\\n' "\${ACCESS[@]}"`;
const after = (lines, flag) => lines[lines.indexOf(flag) + 1];

test('on loopback all callers may do everything, without key files', () => {
  const folder = demoTree();
  const { status, lines, stderr } = demo(folder, '', `${kShowAccess}; start_replay`);
  assert.equal(status, 0, stderr);
  assert.equal(after(lines, '--security.anonymous'), 'admin');
  assert.ok(!lines.includes('--allow-insecure'));
  assert.ok(!lines.some((line) => line.includes('KEY')), lines.join(' '));
  assert.ok(!existsSync(join(folder, 'data/keys')));
});

test('with --lan callers without a key may read, and the replay has an admin key', () => {
  const folder = demoTree();
  const { status, lines, stderr } = demo(folder, '--lan', `${kShowAccess}; start_replay`);
  assert.equal(status, 0, stderr);
  assert.equal(after(lines, '--security.anonymous'), kLanScopes);
  assert.ok(!lines.includes('--security.process_key_file'));
  assert.ok(lines.includes('CITYLAYERS_KEY_FILE=data/demo-admin.key'), lines.join(' '));
  assert.equal(after(lines, '-u'), 'CITYLAYERS_KEY', 'a key of the environment is not sent');
  const file = join(folder, 'data/demo-admin.key');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  assert.match(text, /^clk_[a-z2-7]{12}_[a-z2-7]{32}\n$/);
  assert.ok(!`${lines} ${stderr}`.includes(text.trim()), 'the key is not printed');

  assert.equal(demo(folder, '--lan', '').status, 0, 'a second run');
  assert.equal(readFileSync(file, 'utf8'), text, 'it uses the key of the first');
});

test('with --lan and --split the processes have a common key', () => {
  const folder = demoTree();
  for (let run = 0; run < 2; run++) {
    const { status, lines, stderr } = demo(folder, '--lan --split', kShowAccess);
    assert.equal(status, 0, stderr);
    assert.equal(after(lines, '--security.anonymous'), kLanScopes);
    assert.equal(after(lines, '--security.process_key_file'), 'data/demo-process.key');
  }
  assert.equal(statSync(join(folder, 'data/demo-process.key')).mode & 0o777, 0o600);
});

test('keys without the file of their key end the demo with what to do', () => {
  const folder = demoTree();
  const file = join(folder, 'data/demo-admin.key');
  assert.equal(demo(folder, '--lan', '').status, 0);
  rmSync(file);
  const { status, stderr } = demo(folder, '--lan', 'echo reached');
  assert.equal(status, 1, stderr);
  assert.match(stderr, /demo-admin\.key is missing[^]*--data DIR[^]*keys create/);
  assert.ok(!existsSync(file));
});

test('a key file without its keys is replaced', () => {
  const folder = demoTree();
  const file = join(folder, 'data/demo-admin.key');
  assert.equal(demo(folder, '--lan', '').status, 0);
  const former = readFileSync(file, 'utf8');
  rmSync(join(folder, 'data/keys'), { recursive: true });
  assert.equal(demo(folder, '--lan', '').status, 0);
  assert.notEqual(readFileSync(file, 'utf8'), former);
});
