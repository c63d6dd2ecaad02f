// Tests of the harness: an idle city passes, and a process above the limit is killed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { attackedCity, MemoryWatcher, residentMib } from '../support/attacked_city.mjs';
import { assertUndisturbed } from '../support/bystander.mjs';

const here = attackedCity();

test('the watcher reads the memory of every process', () => {
  for (const { child } of here.city.processes.values()) assert.ok(residentMib(child.pid) > 5);
  assert.equal(residentMib(2 ** 30), 0);
});

test('the watcher kills a process above its limit', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const watcher = new MemoryWatcher(() => new Map([['node', { child }]]), 10);
  const [, signal] = await once(child, 'exit');
  watcher.stop();
  assert.equal(signal, 'SIGKILL');
  assert.match(watcher.killed, /^node reached \d+ MiB$/);
});

test('a bystander of an idle city is undisturbed', async () => {
  await assertUndisturbed('nothing', here, () => () => {});
});

here.judge();
