// The files of the tree, for the checks of this folder.

import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kLintFolder = dirname(fileURLToPath(import.meta.url));

/** The output of a git command in the working directory. */
export const git = (...args) =>
  execFileSync('git', ['-c', 'safe.directory=*', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

const linesOf = (text) => text.split('\n').filter((line) => line !== '');

/** Tracked and new files that are not ignored, and that `pattern` matches. */
export function treeFiles(pattern) {
  const listed = linesOf(git('ls-files', '--cached', '--others', '--exclude-standard'));
  const deleted = new Set(linesOf(git('ls-files', '--deleted')));
  return listed.filter((file) => pattern.test(file) && !deleted.has(file));
}

/** The commit with which changes are compared: see base_commit.sh. */
export const baseCommit = () => execFileSync(`${kLintFolder}/base_commit.sh`, { encoding: 'utf8' }).trim();

/** Files that `pattern` matches and that differ from the base commit: to their changed line numbers, or to undefined if the
 * file is not tracked yet, so that each line counts. */
export function changedLines(pattern) {
  const changed = new Map();
  let file = '';
  for (const line of git('diff', '-M', '--unified=0', baseCommit()).split('\n')) {
    if (line.startsWith('+++ ')) file = line.slice('+++ b/'.length);
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null || !pattern.test(file)) continue;
    const numbers = changed.get(file) ?? new Set();
    for (let i = 0; i < Number(hunk[2] ?? 1); i++) numbers.add(Number(hunk[1]) + i);
    changed.set(file, numbers);
  }
  for (const added of linesOf(git('ls-files', '--others', '--exclude-standard'))) {
    if (pattern.test(added)) changed.set(added, undefined);
  }
  return changed;
}
