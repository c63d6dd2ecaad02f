// A city under attack: started before the tests of a file, watched while they run, checked after them.
//
//   const here = attackedCity();
//   test('…', async () => { await attack(here.city); });
//
// The watcher kills a process above kKillMib, so that a successful attack ends the city and not the machine.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { City, until } from '../../support/daemon.mjs';
import { Api } from '../../integration/support/api.mjs';
import { Driver } from '../../integration/support/driver.mjs';

const kKillMib = 1024;
const kAfterMib = 600;
const kPollMs = 20;
const kSettleMs = 30_000;
const kStartTime = '2022-10-11T09:00:00Z';

/** Resident memory of a process in MiB; 0 when it has ended. */
export function residentMib(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Watches processes: records the peak of each, and the one that was killed. */
export class MemoryWatcher {
  /** @param processes () => Map of target to { child } */
  constructor(processes, killMib = kKillMib) {
    this.processes = processes;
    this.killMib = killMib;
    this.peakMib = 0;
    this.killed = null;
    this.timer = setInterval(() => this.look(), kPollMs);
  }

  look() {
    for (const [target, { child }] of this.processes()) {
      const mib = residentMib(child.pid);
      this.peakMib = Math.max(this.peakMib, mib);
      if (mib <= this.killMib || this.killed) continue;
      this.killed = `${target} reached ${mib.toFixed(0)} MiB`;
      child.kill('SIGKILL');
    }
  }

  stop() {
    clearInterval(this.timer);
  }
}

/** Throws when a process of the city has ended or was killed. */
export function assertAlive({ city, watcher }) {
  assert.equal(watcher.killed, null, `killed for its memory: ${watcher.killed}`);
  for (const [target, { child }] of city.processes) {
    assert.equal(child.exitCode ?? child.signalCode, null, `${target} ended:\n${city.log()}`);
  }
}

/**
 * Starts a city for a file of tests: { city, api, driver, watcher }. Adds the last test of the file, which checks the
 * city; so call judge() after the file's other tests.
 *
 * @param options those of City.start
 */
export function attackedCity(options = {}) {
  const here = {};
  before(async () => {
    here.city = await City.start(options);
    here.watcher = new MemoryWatcher(() => here.city.processes);
    here.api = new Api(here.city.grpc);
    here.driver = new Driver(here.api, kStartTime);
    await here.driver.step();
  });
  after(async () => {
    here.watcher?.stop();
    here.api?.close();
    await here.city?.stop();
  });
  here.judge = () =>
    test('the city is alive, answers, and has given the memory back', async () => {
      assertAlive(here);
      assert.equal((await fetch(`${here.city.url}/readyz`)).status, 200);
      await here.api.call('LayerService.ListLayers');
      const pids = [...here.city.processes.values()].map(({ child }) => child.pid);
      const nowMib = () => Math.max(...pids.map(residentMib));
      await until(`at most ${kAfterMib} MiB are resident`, () => nowMib() <= kAfterMib, kSettleMs);
      assertAlive(here);
      console.log(`peak ${here.watcher.peakMib.toFixed(0)} MiB, after ${nowMib().toFixed(0)} MiB`);
    });
  return here;
}
