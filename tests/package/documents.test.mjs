// The documents of the Debian package: manual pages made of help texts, and the bill of materials.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientPage, configPage, parseConfig, parseHelp, plain, serverPage } from '../../deploy/debian/man.mjs';
import { pagePackages, spdxDocument } from '../../deploy/debian/sbom.mjs';

const kHelp = `Live map layers
Usage: citylayers keys [OPTIONS] SUBCOMMAND

Options:
  -h,--help                   Print this help message and exit
  --server HOST:PORT=127.0.0.1:50051 (Env:CITYLAYERS_SERVER)
                              Address of the server's gRPC,
                              and its port

Subcommands:
  create                      Create a key

Examples:
  citylayers keys create --scope 'a  b'

Every command has --help.
`;

test('a help text has sections with entries, and continued lines belong to their entry', () => {
  const { description, usage, sections } = parseHelp(kHelp);
  assert.equal(description, 'Live map layers');
  assert.equal(usage, 'citylayers keys [OPTIONS] SUBCOMMAND');
  assert.deepEqual(
    sections.map(({ title }) => title),
    ['Options', 'Subcommands', 'Examples', ''],
  );
  assert.deepEqual(sections[0].entries[1], {
    term: '--server HOST:PORT=127.0.0.1:50051 (Env:CITYLAYERS_SERVER)',
    text: "Address of the server's gRPC, and its port",
  });
  assert.deepEqual(sections[2].lines, ["citylayers keys create --scope 'a  b'"]);
  assert.deepEqual(sections[3].lines, ['Every command has --help.']);
  assert.throws(() => parseHelp('no such command'), /without "Usage:"/);
});

test('text is not read as requests or escapes of troff', () => {
  assert.equal(plain(".TH\n'x\na\\b --c"), "\\&.TH\n\\&'x\na\\eb \\-\\-c");
});

test('the page of the client has a section for each command', () => {
  const leaf = 'Create a key\nUsage: citylayers keys create [OPTIONS]\n\nOptions:\n  -h,--help   Print\n';
  const texts = { '': kHelp.replace('create  ', 'keys    '), keys: kHelp, 'keys create': leaf };
  const text = clientPage((path) => texts[path.join(' ')], '1.0');
  assert.match(text, /^\.TH citylayers 1 "" "citylayers 1\.0"/m);
  assert.match(text, /^\.SS citylayers keys create\nCreate a key$/m);
  assert.match(serverPage(kHelp, '1.0'), /^\.TH citylayersd 8/m);
});

test('the page of the configuration has each option with its default', () => {
  const toml = '[server]\n# The city pack.\npack = ""\n\n[grpc]\n# Calls at once.\nunary_max = 512\n';
  assert.deepEqual(parseConfig(toml), [
    { key: 'server.pack', value: '""', help: 'The city pack.' },
    { key: 'grpc.unary_max', value: '512', help: 'Calls at once.' },
  ]);
  assert.match(configPage(toml, '1.0'), /^\.B grpc\.unary_max = 512\nCalls at once\.$/m);
});

test('the bill of materials relates each package to ours', () => {
  const page = pagePackages({
    packages: {
      '': { name: 'page' },
      'node_modules/maplibre-gl': { version: '6.0.0', license: 'BSD-3-Clause', integrity: 'sha512-AAEC' },
      'node_modules/maplibre-gl/node_modules/@scope/part': { version: '1.0.0' },
      'node_modules/vite': { version: '6.0.0', dev: true },
    },
  });
  assert.deepEqual(
    page.map(({ name }) => name),
    ['maplibre-gl', '@scope/part'],
  );
  const debian = (name) => ({ name, version: '1.0-1', source: name, sourceVersion: '1.0-1', architecture: 'amd64' });
  const document = spdxDocument({
    name: 'citylayers',
    version: '0.2.0-1',
    file: 'citylayers_0.2.0-1_amd64.deb',
    sha256: 'ab',
    created: '2026-11-29T00:00:00Z',
    linked: [debian('libgrpc++1.51'), debian('libz-dev')],
    compiled: [debian('libz-dev')],
    page,
  });
  const ids = document.packages.map(({ SPDXID }) => SPDXID);
  assert.equal(new Set(ids).size, ids.length, 'each package once');
  for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
  for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
    for (const id of [spdxElementId, relatedSpdxElement]) {
      assert.ok(id === 'SPDXRef-DOCUMENT' || ids.includes(id), id);
    }
  }
  const maplibre = document.packages.find(({ name }) => name === 'maplibre-gl');
  assert.deepEqual(maplibre.checksums, [{ algorithm: 'SHA512', checksumValue: '000102' }]);
  assert.equal(maplibre.licenseDeclared, 'BSD-3-Clause');
});
