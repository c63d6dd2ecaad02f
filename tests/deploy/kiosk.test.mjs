// The kiosk as install.sh puts it on a machine: files, the unit as systemd reads it, the program. tests/browser shows that it
// repairs the picture.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kRoot, temporaryFolder } from '../support/daemon.mjs';

const kInstall = join(kRoot, 'deploy/kiosk/install.sh');
const unit = readFileSync(join(kRoot, 'deploy/kiosk/citylayers-kiosk@.service'), 'utf8');
const built = existsSync(join(kRoot, 'services/web/dist-kiosk/citylayers-kiosk.mjs'));
const skip = built ? false : 'the kiosk is not built (npm run build in services/web)';
const skipVerify = skip || (spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'systemd-analyze is not installed');

const install = (...args) => spawnSync(kInstall, args, { encoding: 'utf8' });
const valueOf = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

/** A folder with an installation. */
function installed(console_ = 'tty1') {
  const root = temporaryFolder();
  const { status, stderr } = install('--root', root, console_);
  assert.equal(status, 0, stderr);
  return root;
}

test('the installed program runs from its place, and finds its page', { skip }, () => {
  const root = installed();
  const program = join(root, valueOf('ExecStart').split(' ')[1]);
  const help = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
  assert.equal(help.status, 0, help.stderr);
  assert.match(help.stdout, /^Usage: citylayers-kiosk/);
  assert.ok(existsSync(join(program, '../../web/kiosk/index.html')));
  const bad = spawnSync(process.execPath, [program, '--listen', '0.0.0.0:1'], { encoding: 'utf8' });
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /--listen "0\.0\.0\.0:1": must be 127\.0\.0\.1:PORT/);
});

test('a key file that others can read is refused', { skip }, () => {
  const root = installed();
  const key = join(root, 'kiosk.key');
  writeFileSync(key, 'clk_key\n');
  chmodSync(key, 0o644);
  const program = join(root, 'usr/share/citylayers-kiosk/bin/citylayers-kiosk.mjs');
  const { status, stderr } = spawnSync(process.execPath, [program, '--key-file', key], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /others can read it; run chmod 600/);
});

test('a second installation keeps the options of the operator', { skip }, () => {
  const root = installed('tty2');
  const env = join(root, 'etc/citylayers/kiosk-tty2.env');
  writeFileSync(env, 'KIOSK_OPTIONS=--view lang=en\n');
  assert.equal(install('--root', root, 'tty2').status, 0);
  assert.equal(readFileSync(env, 'utf8'), 'KIOSK_OPTIONS=--view lang=en\n');
});

test('unknown arguments of install.sh are refused', () => {
  const { status, stderr } = install('--rot', '/tmp');
  assert.equal(status, 1);
  assert.match(stderr, /unknown argument '--rot'/);
});

test('systemd reads the unit without a complaint', { skip: skipVerify }, () => {
  const root = installed();
  // verify wants the program of ExecStart, and units that the unit names.
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  writeFileSync(join(root, 'usr/bin/node'), '', { mode: 0o755 });
  const folder = join(root, 'usr/lib/systemd/system');
  mkdirSync(folder, { recursive: true });
  for (const name of ['sysinit.target', 'basic.target', 'multi-user.target', 'shutdown.target']) {
    writeFileSync(join(folder, name), '[Unit]\n');
  }
  const verify = () => {
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', `--root=${root}`, '--man=no', '--recursive-errors=no', 'citylayers-kiosk@tty1.service'], { encoding: 'utf8' });
    return (stdout + stderr).split('\n').filter((line) => line.includes('citylayers-kiosk@'));
  };
  assert.deepEqual(verify(), []);
  writeFileSync(join(root, 'etc/systemd/system/citylayers-kiosk@.service'), unit.replace('WatchdogSec', 'WatchDogSec'));
  assert.match(verify().join(), /Unknown key (?:name )?'WatchDogSec'/, 'a wrong name is found');
});

test('the unit starts forever, and expects the messages that the program sends', () => {
  assert.equal(valueOf('Restart'), 'always');
  assert.equal(valueOf('StartLimitIntervalSec'), '0');
  assert.equal(valueOf('WatchdogSec'), '30');
  assert.equal(valueOf('Type'), 'notify');
  assert.equal(valueOf('NotifyAccess'), 'all', 'systemd-notify is a child of the program');
  assert.equal(valueOf('User'), 'citylayers-kiosk');
});

test('the guide names the files and commands that exist, in both languages', { skip }, () => {
  const guide = readFileSync(join(kRoot, 'docs/operate/kiosk.md'), 'utf8');
  assert.match(guide, /^## Tiếng Việt/m);
  assert.match(guide, /^## English/m);
  const [vi, en] = guide.split(/^## English$/m);
  const commands = (text) => [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block]) => block.split('\n').map((line) => line.replace(/ *#.*/, '')).filter(Boolean));
  assert.deepEqual(commands(vi), commands(en), 'the commands of both languages are the same');
  const program = join(kRoot, 'services/web/dist-kiosk/citylayers-kiosk.mjs');
  const { stdout } = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
  for (const [, option] of guide.matchAll(/`(--[a-z-]+)/g)) assert.ok(stdout.includes(`${option} `), `${option} is an option`);
});
