// Manual pages of the programs, made of their --help and --print-config.
//
//   node deploy/debian/man.mjs --bin DIR --version VERSION --out DIR
//
// citylayersd(8), citylayers(1) with all its commands, and citylayers.toml(5) with all options.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** Text for troff: no escapes, no requests at the beginning of a line. */
export const plain = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');

/**
 * A help text of CLI11: { description, usage, sections }. A section has a title and entries { term, text }, or lines
 * when it is free text, such as examples.
 */
export function parseHelp(help) {
  const lines = help.trimEnd().split('\n');
  const usageAt = lines.findIndex((line) => line.startsWith('Usage:'));
  if (usageAt < 0) throw new Error(`a help text without "Usage:":\n${help}`);
  const result = {
    description: lines.slice(0, usageAt).join(' ').trim(),
    usage: lines[usageAt].slice('Usage:'.length).trim(),
    sections: [],
  };
  let section;
  for (const line of lines.slice(usageAt + 1)) {
    const title = /^(Positionals|Options|Subcommands|Examples):$/.exec(line)?.[1];
    const entry = /^ {2}(\S.*?)(?: {2,}(\S.*))?$/.exec(line);
    if (title) {
      section = { title, entries: [], lines: [] };
      result.sections.push(section);
    } else if (section?.title === 'Examples' && line.startsWith('  ')) {
      section.lines.push(line.slice(2));
    } else if (section && section.title !== 'Examples' && entry) {
      section.entries.push({ term: entry[1], text: entry[2] ?? '' });
    } else if (section && section.title !== 'Examples' && /^ {10}/.test(line)) {
      const last = section.entries.at(-1);
      last.text = `${last.text} ${line.trim()}`.trim();
    } else if (line.trim()) {
      if (!section || section.title) result.sections.push((section = { title: '', entries: [], lines: [] }));
      section.lines.push(line.trim());
    }
  }
  return result;
}

/** The options of --print-config: [{ key, value, help }]. */
export function parseConfig(toml) {
  const options = [];
  let [table, help] = ['', ''];
  for (const line of toml.split('\n')) {
    const section = /^\[(.+)\]$/.exec(line);
    const value = /^(\w+) = (.*)$/.exec(line);
    if (section) [, table] = section;
    else if (line.startsWith('# ')) help = line.slice(2);
    else if (value) options.push({ key: `${table}.${value[1]}`, value: value[2], help });
  }
  return options;
}

const entries = (list) =>
  list.map(({ term, text }) => `.TP\n.B ${plain(term).replaceAll('"', '\\(dq')}\n${plain(text)}`).join('\n');
const example = (lines) => `.nf\n${plain(lines.join('\n'))}\n.fi`;

/** The body of one help text below a heading request (.SH or .SS). */
function body(parsed, heading) {
  const parts = [];
  for (const { title, entries: list, lines } of parsed.sections) {
    if (title === 'Subcommands') continue; // each has a separate section
    if (title && heading === '.SH') parts.push(`.SH ${title.toUpperCase()}`);
    else if (title) parts.push(`.PP\n${title}:`);
    else parts.push('.PP');
    parts.push(title === 'Examples' ? example(lines) : title ? entries(list) : plain(lines.join('\n')));
  }
  return parts.join('\n');
}

function page(name, section, what, version, parts) {
  return `.\\" Made by deploy/debian/man.mjs of the help of the programs.
.TH ${name} ${section} "" "citylayers ${version}" "citylayers"
.ad l
.SH NAME
${plain(name)} \\- ${plain(what)}
${parts.join('\n')}
`;
}

/** [path, parsed help] of a command and all commands below it. */
function commands(help, path = []) {
  const parsed = parseHelp(help(path));
  const below = parsed.sections.find(({ title }) => title === 'Subcommands')?.entries ?? [];
  return [[path, parsed], ...below.flatMap(({ term }) => commands(help, [...path, term]))];
}

export function clientPage(help, version) {
  const [[, top], ...all] = commands(help);
  const text = all.map(
    ([path, parsed]) =>
      `.SS citylayers ${path.join(' ')}\n${plain(parsed.description)}\n.PP\n.B ${plain(parsed.usage)}\n${body(parsed, '.SS')}`,
  );
  return page('citylayers', 1, 'command line of the citylayers server', version, [
    `.SH SYNOPSIS\n.B ${plain(top.usage)}`,
    `.SH DESCRIPTION\n${plain(top.description)}.\nIt calls a server by gRPC; with a key, if the server asks for one.`,
    body(top, '.SH'),
    `.SH COMMANDS\n${text.join('\n')}`,
    `.SH SEE ALSO\n.BR citylayersd (8)`,
  ]);
}

export function serverPage(help, version) {
  const parsed = parseHelp(help);
  return page('citylayersd', 8, 'server of live map layers', version, [
    `.SH SYNOPSIS\n.B ${plain(parsed.usage)}`,
    `.SH DESCRIPTION\n${plain(parsed.description)}`,
    '.PP\nThe package runs it as the service citylayers.service, or as one service per module, citylayers@MODULE.service.',
    body(parsed, '.SH'),
    '.SH EXIT STATUS\n0: stopped by a signal. 1: cannot start. 2: wrong command line or configuration. 3: its own ports ' +
      'do not answer; it should be started again.',
    `.SH FILES\n${entries([
      { term: '/etc/citylayers/citylayers.toml', text: 'configuration of the services' },
      { term: '/etc/citylayers/admin.key', text: "the first administrator's key, made at the installation" },
      { term: '/etc/default/citylayers', text: 'variables CITYLAYERS_SECTION__KEY, which override the configuration' },
      { term: '/etc/credstore/citylayers.process.key', text: 'the key of the processes of a split city' },
      { term: '/var/lib/citylayers', text: 'readings, alerts, keys' },
    ])}`,
    `.SH SEE ALSO\n.BR citylayers (1),\n.BR citylayers.toml (5)`,
  ]);
}

export function configPage(toml, version) {
  const options = parseConfig(toml).map(({ key, value, help }) => ({ term: `${key} = ${value}`, text: help }));
  return page('citylayers.toml', 5, 'configuration of citylayersd', version, [
    '.SH DESCRIPTION\nA TOML file with a table for each section. Each option is also a flag, ' +
      `${plain('--SECTION.KEY VALUE')}, and an environment variable, CITYLAYERS_SECTION__KEY. A flag overrides the ` +
      'environment, the environment the file, the file a systemd credential. An unknown option is an error.',
    `.SH OPTIONS\nWith their defaults.\n${entries(options)}`,
    `.SH SEE ALSO\n.BR citylayersd (8)`,
  ]);
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({
    options: { bin: { type: 'string' }, version: { type: 'string' }, out: { type: 'string' } },
  });
  // Without the variables of the caller: the defaults belong into the pages.
  const run = (program, ...args) =>
    execFileSync(join(values.bin, program), args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
  mkdirSync(values.out, { recursive: true });
  const write = (name, text) => writeFileSync(join(values.out, name), text);
  write('citylayers.1', clientPage((path) => run('citylayers', ...path, '--help'), values.version));
  write('citylayersd.8', serverPage(run('citylayersd', '--help'), values.version));
  write('citylayers.toml.5', configPage(run('citylayersd', '--print-config'), values.version));
}
