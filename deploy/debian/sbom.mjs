// The software bill of materials of the package, as SPDX 2.3 in JSON: the Debian packages of the libraries that the
// programs link, those whose headers are compiled into them, and the npm packages of the page.
//
//   node deploy/debian/sbom.mjs --deb FILE --bin DIR --lock FILE --build-packages FILE --out FILE

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' });
const lines = (text) => text.split('\n').filter(Boolean);
const idOf = (kind, name) => `SPDXRef-${kind}-${name.replaceAll(/[^A-Za-z0-9.-]/g, '-')}`;

/** Debian packages by name: { name, version, source }. */
function debianPackages(names) {
  // A package unknown to dpkg makes dpkg-query fail.
  const format = '${Package}\\t${Version}\\t${source:Package}\\t${source:Version}\\t${Architecture}\\n';
  return lines(run('dpkg-query', '--show', '--showformat', format, ...names)).map((line) => {
    const [name, version, source, sourceVersion, architecture] = line.split('\t');
    return { name, version, source, sourceVersion, architecture };
  });
}

/** Debian packages that own files, by path. A file that no package owns is left out. */
function ownersOf(paths) {
  // dpkg-query fails when one of the paths has no owner; its output for the others is still valid.
  const { stdout } = spawnSync('dpkg-query', ['--search', ...paths], { encoding: 'utf8' });
  return new Map(
    lines(stdout).flatMap((line) => {
      const found = /^([^:, ]+)(?::\S+)?: (.+)$/.exec(line);
      return found ? [[found[2], found[1]]] : [];
    }),
  );
}

/** The packages of the libraries that a program links itself. apt adds what these need. */
function linkedPackages(program) {
  const needed = lines(run('objdump', '--private-headers', program))
    .map((line) => /^\s*NEEDED\s+(\S+)/.exec(line)?.[1])
    .filter(Boolean);
  const paths = new Map(
    lines(run('ldd', program)).flatMap((line) => {
      const found = /^\s*(\S+) => (\/\S+)/.exec(line);
      return found ? [[found[1], found[2]]] : [];
    }),
  );
  // The dynamic linker has no such path; it belongs to the C library.
  const used = needed.map((library) => paths.get(library)).filter(Boolean);
  // With a merged /usr the linker's path may differ from dpkg's by that prefix.
  const placesOf = (path) => [path, `/usr${path}`, path.replace(/^\/usr/, '')];
  const owners = ownersOf(used.flatMap(placesOf));
  return used.map((path) => {
    const place = placesOf(path).find((candidate) => owners.has(candidate));
    if (!place) throw new Error(`no Debian package owns ${path}`);
    return owners.get(place);
  });
}

/** The packages that are bundled into the page: [{ name, version, license, integrity }]. */
export function pagePackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path && !entry.dev && !entry.optional)
    .map(([path, { version, license, integrity }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      license,
      integrity,
    }));
}

const debianEntry = ({ name, version, source, sourceVersion, architecture }) => ({
  SPDXID: idOf('deb', name),
  name,
  versionInfo: version,
  supplier: 'Organization: Debian',
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
  sourceInfo: `built from the Debian source package ${source} ${sourceVersion}`,
  externalRefs: [
    {
      referenceCategory: 'PACKAGE-MANAGER',
      referenceType: 'purl',
      referenceLocator: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`,
    },
  ],
});

const npmEntry = ({ name, version, license, integrity }) => {
  const [algorithm, value] = /^(sha\d+)-(.+)$/.exec(integrity ?? '')?.slice(1) ?? [];
  return {
    SPDXID: idOf('npm', `${name}-${version}`),
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: license ?? 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    ...(algorithm && {
      checksums: [
        { algorithm: algorithm.toUpperCase(), checksumValue: Buffer.from(value, 'base64').toString('hex') },
      ],
    }),
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      },
    ],
  };
};

/** The SPDX document: `linked` and `compiled` are Debian packages, `page` npm packages. */
export function spdxDocument({ name, version, file, sha256, created, linked, compiled, page }) {
  const own = idOf('package', name);
  const relation = (spdxElementId, relationshipType, relatedSpdxElement) => ({
    spdxElementId,
    relationshipType,
    relatedSpdxElement,
  });
  // A library with both: linked, and its headers compiled in.
  const all = new Map([...linked, ...compiled].map((entry) => [entry.name, entry]));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: file,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(file)}-${sha256}`,
    creationInfo: { created, creators: ['Tool: citylayers-deploy-debian-sbom'] },
    packages: [
      {
        SPDXID: own,
        name,
        versionInfo: version,
        packageFileName: file,
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }],
        licenseConcluded: 'NOASSERTION',
        licenseDeclared: 'Apache-2.0',
        copyrightText: 'NOASSERTION',
      },
      ...[...all.values()].map(debianEntry),
      ...page.map(npmEntry),
    ],
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', own),
      ...linked.map((entry) => relation(own, 'DYNAMIC_LINK', idOf('deb', entry.name))),
      ...compiled.map((entry) => relation(idOf('deb', entry.name), 'BUILD_DEPENDENCY_OF', own)),
      ...page.map((entry) => relation(own, 'CONTAINS', idOf('npm', `${entry.name}-${entry.version}`))),
    ],
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({
    options: Object.fromEntries(
      ['deb', 'bin', 'lock', 'build-packages', 'out'].map((option) => [option, { type: 'string' }]),
    ),
  });
  const programs = readdirSync(values.bin).map((program) => join(values.bin, program));
  const linked = [...new Set(programs.flatMap(linkedPackages))].sort();
  const compiled = lines(readFileSync(values['build-packages'], 'utf8'))
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((name) => name.endsWith('-dev'));
  const document = spdxDocument({
    name: run('dpkg-deb', '--field', values.deb, 'Package').trim(),
    version: run('dpkg-deb', '--field', values.deb, 'Version').trim(),
    file: basename(values.deb),
    sha256: createHash('sha256').update(readFileSync(values.deb)).digest('hex'),
    created: new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000)
      .toISOString()
      .replace(/\.\d+/, ''),
    linked: debianPackages(linked),
    compiled: debianPackages(compiled),
    page: pagePackages(JSON.parse(readFileSync(values.lock, 'utf8'))),
  });
  writeFileSync(values.out, `${JSON.stringify(document, null, 2)}\n`);
}
