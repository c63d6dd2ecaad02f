// The sizes that STYLE.md states: lines of files and functions, width of lines, their shares.
//
//   node tests/lint/sizes.mjs
//
// A limit that is exceeded fails. Known exceptions are listed, with the size that they may have, in sizes_exceptions.json; one
// that is within its limit fails as well.

import { readFileSync } from 'node:fs';

import { functionsOf } from './cc_functions.mjs';
import { treeFiles } from './tree.mjs';

const kLimits = {
  source: 500, // lines of a file
  header: 250,
  test: 500, // a *_test.cc, and a file of tests/
  function: 70, // lines from its first to its last
  width: 100, // characters of a line of C++, but for the text of raw strings
};

// Over all product files: nine of ten sources and headers are not longer, and that many lines of tests per line of product.
const kShares = { sourceP90: 256, headerP90: 95, testRatio: 0.59 };

// What exceeds a limit today. A file: its lines; `file function`: the function's; a share: its value.
const kExceptions = JSON.parse(readFileSync(new URL('sizes_exceptions.json', import.meta.url), 'utf8'));

const isTest = (file) => file.startsWith('tests/') || file.endsWith('_test.cc');

function kindOf(file) {
  if (isTest(file)) return 'test';
  return file.endsWith('.h') ? 'header' : 'source';
}

/** Numbers of the lines that are wider than the limit and outside of raw strings. */
function wideLines(text) {
  const bare = text.replace(/R"(\w*)\(.*?\)\1"/gs, (raw) => raw.replace(/[^\n]/g, ''));
  return bare.split('\n').flatMap((line, i) => ([...line].length > kLimits.width ? [i + 1] : []));
}

/** The value that nine of ten are not larger than. */
function p90(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.9))] ?? 0;
}

const lines = { source: [], header: [], test: [] };
const wide = []; // places
const found = []; // [name, size, limit, place]
for (const file of treeFiles(/\.(?:h|cc)$/)) {
  const text = readFileSync(file, 'utf8');
  const count = text.split('\n').length - 1;
  const kind = kindOf(file);
  lines[kind].push(count);
  found.push([file, count, kLimits[file.endsWith('.h') ? 'header' : kind], `${file}: ${count} lines`]);
  for (const { name, line, length } of functionsOf(text)) {
    found.push([`${file} ${name}`, length, kLimits.function, `${file}:${line}: ${name} has ${length} lines`]);
  }
  for (const line of wideLines(text)) wide.push(`${file}:${line}`);
}
const sum = (values) => values.reduce((a, b) => a + b, 0);
const product = sum(lines.source) + sum(lines.header);
const shares = {
  sourceP90: p90(lines.source),
  headerP90: p90(lines.header),
  testRatio: product === 0 ? Infinity : sum(lines.test) / product,
};
for (const share of ['sourceP90', 'headerP90']) {
  found.push([share, shares[share], kShares[share], `p90 of lines: ${share} is ${shares[share]}`]);
}

const needed = new Set();
let bad = 0;
const fail = (text) => {
  bad++;
  console.log(text);
};
for (const place of wide) fail(`${place}: wider than ${kLimits.width} characters`);
for (const [name, size, limit, place] of found) {
  const allowed = kExceptions[name];
  if (size <= limit) continue;
  if (allowed !== undefined) needed.add(name);
  if (size > (allowed ?? limit)) fail(`${place}; the limit is ${allowed ?? limit}`);
}
if (shares.testRatio < kShares.testRatio) {
  fail(`${shares.testRatio.toFixed(3)} lines of tests per line of product; the minimum is ${kShares.testRatio}`);
}
for (const name of Object.keys(kExceptions)) {
  if (!needed.has(name)) fail(`${name} is within its limit, or does not exist: remove it from sizes_exceptions.json`);
}

const describe = (kind) => `${kind}s ${lines[kind].length}, longest ${Math.max(0, ...lines[kind])}`;
console.log(`${describe('source')}; ${describe('header')}; ${describe('test')}`);
console.log(
  `p90 of sources ${shares.sourceP90} lines, of headers ${shares.headerP90}; test:code ${shares.testRatio.toFixed(3)}; ` +
    `${Object.keys(kExceptions).length} exceptions`,
);
process.exitCode = bad > 0 ? 1 : 0;
