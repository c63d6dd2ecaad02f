// Checks that each header compiles alone, twice in a row (so its guard works), without precompiled headers.
//
//   node tests/lint/headers.mjs --changed   headers that differ from the main branch (or the last commit)
//   node tests/lint/headers.mjs --all       every header; 289 s of processor time for 353
//
// Needs build/dev/compile_commands.json and the generated headers there. A header is compiled with the command of a source of
// its folder. CITYLAYERS_COMPILE_COMMANDS names another file of commands, CITYLAYERS_HEADERS_LIMIT another limit.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, relative, resolve } from 'node:path';

import { changedLines, treeFiles } from './tree.mjs';

const kHeader = /\.h$/;
// More changed headers than this are checked by --all only, so that the check stays quick.
const kLimit = Number(process.env.CITYLAYERS_HEADERS_LIMIT ?? 24);

/** The commands of the build: source relative to the tree → { directory, words }. */
function readCommands() {
  const file = process.env.CITYLAYERS_COMPILE_COMMANDS ?? 'build/dev/compile_commands.json';
  const commands = new Map();
  for (const { directory, file: source, command } of JSON.parse(readFileSync(file, 'utf8'))) {
    commands.set(relative('.', resolve(directory, source)), { directory, command });
  }
  return commands;
}

/** The command for a header: that of the source with its name, else of a library source of its folder, else of the nearest folder. */
function commandFor(header, commands) {
  const own = header.replace(kHeader, '.cc');
  if (commands.has(own)) return commands.get(own);
  for (let folder = dirname(header); folder !== '.'; folder = dirname(folder)) {
    const near = [...commands.keys()].filter((source) => source.startsWith(`${folder}/`));
    near.sort((a, b) => Number(/_test\.cc$/.test(a)) - Number(/_test\.cc$/.test(b)) || (a < b ? -1 : 1));
    if (near.length > 0) return commands.get(near[0]);
  }
  return undefined;
}

/** The options for the folders of generated sources: a helper of tests is compiled by any test, so the source beside it need
 * not have them all. */
function generatedOptions(commands) {
  const folders = new Set();
  for (const { directory, command } of commands.values()) {
    for (const [, folder] of command.matchAll(/ (?:-I|-isystem )(\S+)/g)) {
      if (folder.startsWith(`${directory}/`)) folders.add(folder);
    }
  }
  return [...folders].flatMap((folder) => ['-isystem', folder]);
}

/** The words of a command that compile `header` instead: without launcher, output, source and precompiled headers. */
function wordsFor({ command }, header) {
  const words = (command.match(/(?:\\.|"(?:\\.|[^"\\])*"|[^\s"\\])+/g) ?? []).map((word) =>
    word.replace(/\\(.)|"((?:\\.|[^"\\])*)"/g, (_, escaped, quoted) => escaped ?? quoted.replace(/\\(.)/g, '$1')),
  );
  const kept = [];
  for (let i = words.findIndex((word) => /(?:^|\/)(?:c\+\+|g\+\+|clang\+\+)[-\d.]*$/.test(word)); i < words.length; i++) {
    if (words[i] === '-o' || words[i] === '-c' || (words[i] === '-include' && /cmake_pch/.test(words[i + 1]))) i++;
    else if (!/^-(?:fpch-preprocess|Winvalid-pch)$/.test(words[i])) kept.push(words[i]);
  }
  const path = resolve(header);
  return [...kept, ...generated, '-fsyntax-only', '-include', path, '-include', path, '-x', 'c++', '/dev/null'];
}

const firstErrors = (text) =>
  text
    .split('\n')
    .filter((line) => / error: /.test(line))
    .slice(0, 4)
    .join('\n') || text;

/** Compiles; resolves to the compiler's first errors, or to '' when there are none. */
const compile = (header, command) =>
  new Promise((done) => {
    const [compiler, ...args] = wordsFor(command, header);
    const child = spawn(compiler, args, { cwd: command.directory, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text) => (errors += text));
    child.on('error', (error) => done(`${compiler}: ${error.message}`));
    child.on('close', (status) => done(status === 0 ? '' : firstErrors(errors)));
  });

const mode = process.argv[2];
if (mode !== '--changed' && mode !== '--all') {
  console.error('usage: node tests/lint/headers.mjs --changed | --all');
  process.exit(2);
}
const commands = readCommands();
const generated = generatedOptions(commands);
const all = mode === '--all' ? treeFiles(kHeader) : [...changedLines(kHeader).keys()];
const headers = mode === '--all' ? all : all.slice(0, kLimit);
let bad = 0;
let next = 0;
async function worker() {
  while (next < headers.length) {
    const header = headers[next++];
    const command = commandFor(header, commands);
    const errors =
      command === undefined ? 'no source of its folder, or of one above, is compiled' : await compile(header, command);
    if (errors === '') continue;
    bad++;
    console.log(`${header} does not compile alone:\n${errors}`);
  }
}
await Promise.all(Array.from({ length: Math.min(availableParallelism(), headers.length) }, worker));
if (headers.length < all.length) {
  console.log(`the first ${headers.length} of ${all.length} changed headers (./run lint --all checks every header)`);
} else {
  console.log(`${headers.length} headers`);
}
process.exitCode = bad > 0 ? 1 : 0;
