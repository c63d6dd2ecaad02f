// Tests wait for conditions, with a limit, and do not sleep: a sleep is too short on a slow machine and too long on others.
//
//   node tests/lint/sleeps.mjs
//
// Counts the sleeps and timers in tests and in tests/support. Each file with some is listed with their number and the reason;
// more, or fewer, than listed fails.

import { readFileSync } from 'node:fs';

import { treeFiles } from './tree.mjs';

const kTests = /^(?!tests\/lint\/).*(?:_test\.cc|\.test\.(?:mjs|ts))$|^tests\/support\//;
const kSleep = /\b(?:SleepFor|sleep_for|sleep_until|usleep|nanosleep|setTimeout|sleep)\s*\(/;

// file: [lines with a sleep, why].
const kKnown = JSON.parse(readFileSync(new URL('sleeps_known.json', import.meta.url), 'utf8'));

let found = 0;
let bad = 0;
const fail = (text) => {
  bad++;
  console.log(text);
};
const known = new Map(Object.entries(kKnown));
for (const file of treeFiles(kTests)) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const sleeps = lines.flatMap((line, i) => (kSleep.test(line.replace(/(?<!:)\/\/.*/, '')) ? [i + 1] : []));
  const [count, why] = known.get(file) ?? [0, ''];
  known.delete(file);
  found += sleeps.length;
  if (sleeps.length > count) {
    fail(`${file}:${sleeps.join(',')}: wait for the condition (Mutex::AwaitWithTimeout, until()), do not sleep`);
  } else if (sleeps.length < count) {
    fail(`${file}: sleeps_known.json lists ${count} sleeps (${why}); there are ${sleeps.length}`);
  }
}
for (const file of known.keys()) fail(`${file} has no test or does not exist: remove it from sleeps_known.json`);
console.log(`${found} known sleeps in ${Object.keys(kKnown).length} files`);
process.exitCode = bad > 0 ? 1 : 0;
