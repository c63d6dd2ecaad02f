// SECURITY.md and docs/operate/privacy.md against the tree: each test, file, option and link that they name exists.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { kLintFolder, treeFiles } from './tree.mjs';

const kRoot = join(kLintFolder, '../..');
process.chdir(kRoot);
const kPages = ['SECURITY.md', 'docs/operate/privacy.md'];
const kKinds = 'STRIDE';

const read = (file) => readFileSync(join(kRoot, file), 'utf8');
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The threats of a page: { id, measure, test }, of each row whose first cell is an id such as 1S2. */
function threatsOf(text) {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && /^\| *\d[A-Z]\d+ *\|/.test(line));
  return rows.map((line) => {
    const [id, threat, measure, shown, ...rest] = line.slice(1, -1).split('|').map((cell) => cell.trim());
    assert.deepEqual(rest, [], `${id}: four cells`);
    return { id, threat, measure, test: shown };
  });
}

/** The boundaries that a page's diagram numbers. */
const boundariesOf = (text) => {
  const [, diagram] = /^```\n(.*?)^```/ms.exec(text);
  return [...new Set(diagram.match(/(?<= )\d(?=\s)/g))].sort();
};

/** Whether a file has a test of this name: of gtest, of node and vitest, or of a script that calls `pass`. */
function hasTest(file, name) {
  const text = read(file);
  if (file.endsWith('.cc')) {
    const [suite, fact] = name.split('.');
    return new RegExp(`^TEST(?:_F|_P)?\\(${escaped(suite)},\\s*${escaped(fact)}\\)`, 'm').test(text);
  }
  const call = file.endsWith('.sh') ? 'pass' : '(?:test|it)\\(';
  return new RegExp(`^ *${call} *(['"\`])${escaped(name)}\\1`, 'm').test(text);
}

/** What is wrong with the threats, as text; empty: nothing. */
function faultsOf(threats, boundaries) {
  const faults = [];
  const shown = new Map();
  for (const { id, measure, test: cell } of threats) {
    if (cell === '–') {
      if (!/^\*\*(?:Not defended|Does not apply)\*\*./.test(measure)) faults.push(`${id}: no test, and not "Not defended"`);
      continue;
    }
    const [, file, name] = /^`([^`]+)`: `([^`]+)`$/.exec(cell) ?? [];
    if (name === undefined) faults.push(`${id}: the test is not written as \`FILE\`: \`NAME\``);
    else if (!existsSync(join(kRoot, file))) faults.push(`${id}: ${file} does not exist`);
    else if (!hasTest(file, name)) faults.push(`${id}: ${file} has no test "${name}"`);
    else if (shown.has(cell)) faults.push(`${id}: the same test as ${shown.get(cell)}`);
    shown.set(cell, id);
  }
  const ids = threats.map(({ id }) => id);
  const wanted = boundaries.flatMap((boundary) =>
    [...kKinds].flatMap((kind) => {
      const count = ids.filter((id) => id.startsWith(boundary + kind)).length;
      if (count === 0) faults.push(`${boundary}${kind}: no threat of this boundary and kind`);
      return Array.from({ length: count }, (_, i) => `${boundary}${kind}${i + 1}`);
    }),
  );
  if (ids.join() !== wanted.join()) faults.push(`the ids are not ${wanted.join(' ')}`);
  return faults;
}

const kSources = treeFiles(/^(?:services|deploy\/run)\/.*\.(?:cc|h|ts|sh)$/).filter((file) => !/_test\.cc$|\.test\.ts$/.test(file));
const sources = kSources.map(read).join('\n');
// The first part of an option; the names of files, such as readings.md, have another second one.
const kSections = 'server|gateway|grpc|tls|security|limits|alerts|readings|keys|backup|layers|flood|traffic|backends';

/** The options in backticks: `section.key`, or `section.*` for several. */
const optionsOf = (text) =>
  [...text.matchAll(new RegExp(`\`((?:${kSections})\\.[a-z_*]+)(?: = [^\`]*)?\``, 'g'))].map(([, option]) => option);

const isOption = (option) =>
  option.endsWith('*') ? sources.includes(`"${option.slice(0, -1)}`) : sources.includes(`"${option}"`);

for (const page of kPages) {
  const text = read(page);

  test(`${page}: each option exists`, () => {
    const options = optionsOf(text);
    assert.ok(options.length >= 5, `${options.length}`);
    assert.deepEqual(options.filter((option) => !isOption(option)), []);
    assert.ok(!isOption('server.data_acces') && !isOption('limits.strangers_*'), 'others do not');
  });
  test(`${page}: each flag exists`, () => {
    const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span).filter((span) => !span.startsWith('journalctl '));
    const flags = spans.flatMap((span) => span.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []);
    assert.ok(flags.length > 0);
    assert.deepEqual(flags.filter((flag) => !new RegExp(`${flag}\\b(?!-)`).test(sources)), []);
  });
  test(`${page}: each file exists`, () => {
    const files = [...text.matchAll(/`([\w./-]+\/[\w.-]+\.[a-z]+)`/g)].map(([, file]) => file).filter((file) => !file.startsWith('/'));
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => join(dirname(page), link));
    assert.deepEqual([...files, ...links].filter((file) => !existsSync(join(kRoot, file))), []);
  });
  test(`${page}: each heading that a link names exists`, () => {
    for (const [, link, anchor] of text.matchAll(/\]\(([^)#:]*)#([^)]*)\)/g)) {
      const target = link === '' ? text : read(join(dirname(page), link));
      const anchors = [...target.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-'));
      assert.ok(anchors.includes(anchor), `${link}#${anchor}`);
    }
  });
}

test('each boundary has threats of all kinds, and each threat one test, or a reason why it has none', () => {
  const text = read('SECURITY.md');
  const threats = threatsOf(text);
  const boundaries = boundariesOf(text);
  assert.equal(boundaries.join(''), '12345678');
  assert.deepEqual(faultsOf(threats, boundaries), []);
});

test('what is wrong with a threat is found', () => {
  const good = { id: '1S1', measure: 'x', test: '`tests/lint/threats.test.mjs`: `what is wrong with a threat is found`' };
  const rest = [...'TRIDE'].map((kind) => ({ id: `1${kind}1`, measure: '**Not defended**: x', test: '–' }));
  const faults = (threat, others = rest) => faultsOf([threat, ...others], ['1']).join('\n');
  assert.equal(faults(good), '');
  assert.match(faults({ ...good, test: '`tests/none.test.mjs`: `x`' }), /1S1: tests\/none\.test\.mjs does not exist/);
  assert.match(faults({ ...good, test: '`tests/lint/threats.test.mjs`: `what`' }), /1S1: .* has no test "what"/);
  assert.match(faults({ ...good, test: '`storage/alerts/audit_trail_test.cc`: `AuditTrailTest.AChangedLine`' }), /has no test/);
  assert.match(faults({ ...good, test: '`tests/package/deb.sh`: `root`' }), /has no test/);
  assert.match(faults({ ...good, test: 'the test of threats' }), /not written as/);
  assert.match(faults({ ...good, test: '–' }), /no test, and not "Not defended"/);
  assert.match(faults(good, rest.slice(1)), /1T: no threat/);
  assert.match(faults(good, [{ ...good, id: '1T1' }, ...rest.slice(1)]), /1T1: the same test as 1S1/);
  assert.match(faults(good, [{ ...good, id: '1T3', test: '–', measure: '**Does not apply**: x' }, ...rest.slice(1)]), /the ids are not/);
});
