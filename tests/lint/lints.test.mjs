// Each check of this folder on a tree of a few files: it passes, then fails for one bad line.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { functionsOf } from './cc_functions.mjs';
import { kLintFolder } from './tree.mjs';

const tree = mkdtempSync(join(tmpdir(), 'citylayers-lints-'));
after(() => rmSync(tree, { recursive: true }));

const git = (...args) =>
  execFileSync('git', ['-C', tree, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { stdio: 'pipe' });

function write(file, text) {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  writeFileSync(join(tree, file), text);
}

const kHeader = '#ifndef A_H_\n#define A_H_\n#include <string>\ninline std::string A() { return {}; }\n#endif\n';
const kCommand = {
  directory: tree,
  file: join(tree, 'base/a.cc'),
  command: `/usr/bin/c++ -std=c++20 -o a.o -c ${tree}/base/a.cc`,
};

before(() => {
  const root = join(kLintFolder, '../..');
  for (const path of ['tests/lint', 'deploy/run/common.sh', '.clang-format']) {
    cpSync(join(root, path), join(tree, path), { recursive: true });
  }
  for (const list of ['sizes_exceptions', 'sleeps_known']) write(`tests/lint/${list}.json`, '{}\n');
  write('base/a.h', kHeader);
  write('base/a.cc', '#include "base/a.h"\n');
  write('base/a_test.cc', '// A test.\n'.repeat(6));
  git('init', '--quiet', '--initial-branch=work');
  write('build/dev/compile_commands.json', JSON.stringify([kCommand]));
  write('.gitignore', '/build/\n');
  git('add', '.');
  git('commit', '--quiet', '--message=first');
});

/** Runs a check in the tree: { status, text }. */
function run(command) {
  const [program, ...args] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: tree, encoding: 'utf8', env: environment });
  return { status, text: stdout + stderr };
}
// Without the variables of a surrounding git command, and without options of the checks.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:GIT|CITYLAYERS)_/.test(name)));

/** With `text` as `file`, the check fails with a line that `message` matches; without it, it passes. */
function refuses(command, file, text, message) {
  const clean = run(command);
  assert.equal(clean.status, 0, clean.text);
  write(file, text);
  try {
    const { status, text: output } = run(command);
    assert.notEqual(status, 0, output);
    assert.match(output, message);
  } finally {
    rmSync(join(tree, file));
    git('checkout', '--quiet', '--', '.');
  }
}

const kSizes = 'node tests/lint/sizes.mjs';
const lines = (count) => '//\n'.repeat(count);

test('english: a phrase of the list in a comment', () => {
  refuses('node tests/lint/english.mjs', 'base/b.h', '// A layer is told of it.\n', /base\/b\.h:1: .*\n +write: /);
});
test('english: only changed lines count', () => {
  write('base/old.h', '// Nobody reads this.\n');
  git('add', '.');
  git('commit', '--quiet', '--message=second');
  git('commit', '--quiet', '--allow-empty', '--message=third');
  const { status, text } = run('node tests/lint/english.mjs');
  assert.equal(status, 0, text);
  refuses('node tests/lint/english.mjs', 'base/old.h', '// Nobody reads this.\n// Nobody.\n', /base\/old\.h:2/);
  git('rm', '--quiet', 'base/old.h');
  git('commit', '--quiet', '--message=fourth');
  git('commit', '--quiet', '--allow-empty', '--message=fifth');
});
test('headers: a missing include', () => {
  refuses('node tests/lint/headers.mjs --changed', 'base/b.h', 'inline std::string B();\n', /base\/b\.h does not compile alone/);
  refuses('node tests/lint/headers.mjs --all', 'base/b.h', 'inline std::string B();\n', /namespace/);
});
test('headers: a missing guard', () => {
  refuses('node tests/lint/headers.mjs --all', 'base/b.h', 'struct B {};\n', /redefinition/);
});
test('include direction: base includes storage', () => {
  refuses('tests/lint/include_direction.sh', 'base/b.h', '#include "storage/b.h"\n', /base must not include storage\/b\.h/);
});
test('include direction: one service includes another', () => {
  refuses('tests/lint/include_direction.sh', 'services/flood/b.h', '#include "services/traffic/b.h"\n', /must not include/);
});
test('format', () => {
  refuses('tests/lint/format.sh', 'base/b.cc', 'int  a ;\n', /base\/b\.cc/);
});
test('shell', () => {
  refuses('tests/lint/shell.sh', 'b.sh', '#!/bin/bash\nrm $1\n', /SC2086/);
});
test('tree: a path of one machine', () => {
  refuses('tests/lint/tree.sh', 'b.txt', `${'/ho'}me/anna/b\n`, /absolute paths/);
});
test('sizes: a long source, header and test', () => {
  refuses(kSizes, 'base/b.cc', lines(501), /base\/b\.cc: 501 lines; the limit is 500/);
  refuses(kSizes, 'base/b.h', lines(251), /base\/b\.h: 251 lines; the limit is 250/);
  refuses(kSizes, 'base/b_test.cc', lines(501), /base\/b_test\.cc: 501 lines; the limit is 500/);
});
test('sizes: a long function, by its lines', () => {
  const body = '  Step();\n'.repeat(69);
  refuses(kSizes, 'base/b_test.cc', `void F() {\n${body}}\n`, /base\/b_test\.cc:1: F has 71 lines; the limit is 70/);
});
test('sizes: a wide line, but for raw strings', () => {
  const wide = 'x'.repeat(101);
  refuses(kSizes, 'base/b_test.cc', `R"(${wide})";\n// ${wide}\n`, /^base\/b_test\.cc:2: wider than 100/m);
});
test('sizes: shares of the whole', () => {
  refuses(kSizes, 'base/b.cc', lines(257), /sourceP90 is 257/);
  refuses(kSizes, 'base/b.h', lines(96), /headerP90 is 96/);
  refuses(kSizes, 'base/b.cc', lines(10), /lines of tests per line of product/);
});
test('sizes: an exception that is not one any more', () => {
  refuses(kSizes, 'tests/lint/sizes_exceptions.json', '{"base/a.cc": 600}\n', /base\/a\.cc is within its limit/);
});
test('sleeps: a test that sleeps', () => {
  const sleep = '  absl::SleepFor(absl::Seconds(1));\n';
  refuses('node tests/lint/sleeps.mjs', 'base/b_test.cc', sleep, /base\/b_test\.cc:1: wait for the condition/);
  refuses('node tests/lint/sleeps.mjs', 'tests/b.test.mjs', 'await sleep(5);\n', /tests\/b\.test\.mjs:1/);
});
test('sleeps: a known one that was removed', () => {
  refuses('node tests/lint/sleeps.mjs', 'tests/lint/sleeps_known.json', '{"base/a_test.cc": [1, "a"]}\n', /there are 0/);
});

test('functions: methods, constructors, tests and lambdas', () => {
  const found = functionsOf(`
namespace a {
struct B {
  explicit B(int x) : x_{x}, y_(0) {
    Go();
  }
  int Get() const { return x_; }
  int x_{0}, y_;
};
constexpr char kText[] = {'{', "{"[0]};
template <typename T>
T C<T>::Find(std::vector<int> list = {}) {
  const auto lambda = [] {
    return 1;
  };
  return lambda();
}
TEST_F(Store, Keeps) {
}
}  // namespace a
`);
  assert.deepEqual(
    found.map(({ name, line, length }) => [name, line, length]),
    [
      ['B', 4, 3],
      ['Get', 7, 1],
      ['C<T>::Find', 11, 7],
      ['Store.Keeps', 18, 2],
    ],
  );
});
