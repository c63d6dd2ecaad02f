// Phrases that hinder a reader of comments, messages and documents, and what to write instead.
//
//   node tests/lint/english.mjs            hits on lines that differ from the base commit; fails on any
//   node tests/lint/english.mjs --counts   hits per pattern in the whole tree
//   node tests/lint/english.mjs --all [N]  every hit (of pattern N)
//   node tests/lint/english.mjs --sample SEED [COUNT]  comments of headers and protos, chosen by a seed, for reviews
//
// Files: C++, protos, TypeScript, JavaScript, shell, CMake and Markdown of the tree. Exempt: this file, its self-test, the
// texts of the page (src/i18n has its own test), the fuzz corpus. In code only comments and string literals count.

import { readFileSync } from 'node:fs';

import { changedLines, treeFiles } from './tree.mjs';

// [what is matched, what to write instead, what is exempt in the same line]
const kPatterns = [
  [/\b(?:is|are|was|were) no\b(?! longer)/i, 'is not a …; has no …', /\bthere (?:is|are|was|were) no\b/i],
  [/\b(?:anew|for ever|by and by)\b/i, 'again; forever; gradually'],
  [/\b(?:mend(?:s|ed|ing)?|troubles?)\b/i, 'repair; fault'],
  [/\b(?:nobody|somebody|anybody|everybody)\b/i, 'the client, the caller, the operator; no client'],
  [/\b(?:is|are|was|were|be) told\b/i, 'is reported; receives'],
  [/\b(?:tells?|told) (?:of|how|what|whether|that|when|which|who|itself)\b/i, 'reports'],
  [/\b(?:hears?|heard)\b/i, 'receives'],
  [/\b(?:fall|falls|fell|falling) silent\b/i, 'stops sending'],
  [/\b(?:says?|said)\b/i, 'reports, returns, states'],
  [/\bof now\b/i, 'current'],
  [/\bof the moment\b/i, 'current'],
  [/\bof (?:its|their) own\b/i, 'its own; separate'],
  [/\bof old\b/i, 'former'],
  [/\bone (?:\w+ )?a (?:tick|second|minute|hour|day|call|row|client|viewer|street|stream|layer)\b/i, '… per …'],
  [/\bthe (?:newest|oldest|latest|largest|smallest|nearest|last|worst) first\b/i, 'newest first'],
  [/\bpassed over\b/i, 'skipped'],
  [/\bletter case aside\b/i, 'case-insensitive'],
  [/\blook(?:s|ed|ing)? (?:at|after|for)\b/i, 'evaluate, poll, read, search'],
  [/\b(?:is|are|be) away\b/i, 'is unavailable'],
  [/\bcheck sums?\b/i, 'checksum'],
  [/, too\.|\b(?:also|at most|too)\.(?:\s|"|$)/, 'before the word it limits'],
];
const kFirstLine = [/^(?:\/\/|#|\/\*) (?:What|Who|How|Where)\b/, 'name what the file is'];

const kFiles = /\.(?:h|cc|proto|ts|mjs|sh|cmake|md)$|CMakeLists\.txt$/;
const kExempt = /^tests\/lint\/(?:english|lints\.test)\.mjs$|^services\/web\/src\/i18n\/|^tests\/fuzz\/corpus\/|^services\/web\/dist\//;

const isRead = { test: (file) => kFiles.test(file) && !kExempt.test(file) };

/** The prose of a line: its comment and string literals, or all of it in a document. */
function proseOf(file, line) {
  if (file.endsWith('.md')) return line;
  if (/#include|NOLINT/.test(line)) return '';
  const strings = line.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? [];
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, (s) => ' '.repeat(s.length));
  const hash = /\.(?:sh|cmake)$|CMakeLists\.txt$/.test(file);
  const start = hash ? bare.search(/(?:^|\s)#/) : bare.search(/\/\/|\/\*|^\s*\*/);
  const comment = start >= 0 ? line.slice(start) : '';
  return `${strings.filter((s) => / /.test(s) && !comment.includes(s)).join(' ')} ${comment}`;
}

function* hitsIn(file, wanted) {
  let lines;
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return; // deleted
  }
  if (kFirstLine[0].test(lines[0]) && (wanted === undefined || wanted.has(1))) {
    yield { file, number: 1, line: lines[0], pattern: kPatterns.length };
  }
  for (let i = 0; i < lines.length; i++) {
    if (wanted !== undefined && !wanted.has(i + 1)) continue;
    const prose = proseOf(file, lines[i]);
    if (prose.trim() === '') continue;
    for (let p = 0; p < kPatterns.length; p++) {
      const [pattern, , exempt] = kPatterns[p];
      const text = exempt === undefined ? prose : prose.replace(new RegExp(exempt, 'gi'), '');
      if (pattern.test(text)) yield { file, number: i + 1, line: lines[i].trim(), pattern: p };
    }
  }
}

const insteadOf = (pattern) => (kPatterns[pattern] ?? kFirstLine)[1];
const nameOf = (pattern) => String((kPatterns[pattern] ?? kFirstLine)[0]).replace(/^\/|\/i?$/g, '');
const show = ({ file, number, line, pattern }) =>
  console.log(`${file}:${number}: ${line.slice(0, 140)}\n    write: ${insteadOf(pattern)}`);

function counts() {
  const totals = new Array(kPatterns.length + 1).fill(0);
  for (const file of treeFiles(isRead)) for (const { pattern } of hitsIn(file)) totals[pattern]++;
  totals.forEach((total, pattern) => console.log(`${String(total).padStart(5)}  ${nameOf(pattern)}`));
  console.log(`${String(totals.reduce((a, b) => a + b)).padStart(5)}  in all`);
}

function sample(seed, count) {
  const comments = [];
  for (const file of treeFiles(isRead).filter((name) => /\.(?:h|proto)$/.test(name))) {
    const blocks = readFileSync(file, 'utf8').match(/(?:^[ \t]*\/\/.*\n)+/gm) ?? [];
    for (const block of blocks) comments.push(`${file}\n${block}`);
  }
  let state = BigInt(seed);
  for (let i = 0; i < count; i++) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    console.log(comments[Number((state >> 33n) % BigInt(comments.length))]);
  }
}

const [mode, first, second] = process.argv.slice(2);
if (mode === '--counts') {
  counts();
} else if (mode === '--sample') {
  sample(Number(first ?? 1), Number(second ?? 20));
} else if (mode === '--all') {
  for (const file of treeFiles(isRead)) {
    for (const hit of hitsIn(file)) if (first === undefined || hit.pattern === Number(first)) show(hit);
  }
} else {
  let found = 0;
  let lines = 0;
  for (const [file, wanted] of changedLines(isRead)) {
    lines += wanted?.size ?? 0;
    for (const hit of hitsIn(file, wanted)) {
      show(hit);
      found++;
    }
  }
  console.log(`${lines} changed lines`);
  process.exitCode = found > 0 ? 1 : 0;
}
