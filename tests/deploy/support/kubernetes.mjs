// Manifests as kubectl renders them, and the JSON schemas of Kubernetes (npm kubernetes-models) for each.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kRoot } from '../../support/daemon.mjs';

const require = createRequire(import.meta.url);

const version = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).stdout ?? '';
/** `labels` of a kustomization needs kustomize 4.1; Debian's kubernetes-client has 2.0. */
export const skipWithoutKustomize = /Kustomize Version: v(?:[5-9]|4\.[1-9])/.test(version)
  ? false
  : 'no kubectl with kustomize 4.1 or later';

/** The objects of an overlay. */
export function render(overlay) {
  const folder = join(kRoot, 'deploy/kubernetes/overlays', overlay);
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl kustomize ${overlay}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS());
}

/** Throws with the fields that the schema of the object's kind does not permit. */
export function validate(object) {
  const { apiVersion, kind } = object;
  const [group, name] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const folder = { policy: 'policy', apps: 'apps', autoscaling: 'autoscaling' }[group] ?? group;
  const { [kind]: Model } = require(join('kubernetes-models', folder, name, kind));
  new Model(object).validate();
}

/** All pod templates of these objects, with the name of their object. */
export const podsOf = (objects) =>
  objects
    .filter(({ spec }) => spec?.template)
    .map(({ metadata: { name }, spec }) => ({ name, labels: spec.template.metadata.labels, ...spec.template.spec }));
