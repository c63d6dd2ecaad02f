// The Kubernetes manifests: rendered by kustomize, valid by the schemas of Kubernetes, and what the `restricted` profile of pod
// security and this project require.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podsOf, render, skipWithoutKustomize as skip, validate } from './support/kubernetes.mjs';

const kOverlays = ['public', 'production'];
const overlays = skip ? [] : kOverlays.map((name) => ({ name, objects: render(name) }));
const find = (objects, kind, name) => objects.find((one) => one.kind === kind && one.metadata.name === name);

/** Every container of a pod, those of its start among them. */
const containersOf = ({ initContainers = [], containers }) => [...initContainers, ...containers];

test('each object is valid by the schema of its kind, and each schema can refuse', { skip }, () => {
  for (const { name, objects } of overlays) {
    assert.ok(objects.length >= 12, `${name} has ${objects.length} objects`);
    for (const object of objects) {
      assert.doesNotThrow(() => validate(object), `${name}: ${object.kind} ${object.metadata.name}`);
      if (object.spec) assert.throws(() => validate({ ...object, spec: 'text' }), object.kind);
    }
  }
});

test('pods satisfy the profile `restricted`', { skip }, () => {
  for (const { objects } of overlays) {
    assert.equal(find(objects, 'Namespace', 'citylayers').metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted');
    for (const pod of podsOf(objects)) {
      assert.equal(pod.securityContext.runAsNonRoot, true, pod.name);
      assert.notEqual(pod.securityContext.runAsUser, 0);
      assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
      assert.equal(pod.automountServiceAccountToken, false);
      for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) assert.equal(pod[key], undefined, key);
      for (const { securityContext, name, resources, ports = [] } of containersOf(pod)) {
        assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, `${pod.name} ${name}`);
        assert.equal(securityContext.allowPrivilegeEscalation, false);
        assert.equal(securityContext.readOnlyRootFilesystem, true);
        assert.ok(resources.requests.memory && resources.limits.memory, `${pod.name} ${name} has limits`);
        assert.ok(ports.every(({ hostPort }) => hostPort === undefined));
      }
    }
  }
});

test('a server starts, is ready and is alive by probes that mean this', { skip }, () => {
  for (const { objects } of overlays) {
    for (const { name, containers } of podsOf(objects)) {
      const [{ startupProbe, readinessProbe, livenessProbe }] = containers;
      assert.ok(startupProbe.grpc && readinessProbe.grpc, name);
      // The gRPC health follows readiness: as liveness it would restart a server whose disk stalls.
      assert.equal(livenessProbe.grpc, undefined, name);
      assert.equal(livenessProbe.httpGet.path, '/healthz');
      assert.ok(startupProbe.periodSeconds * startupProbe.failureThreshold >= 60);
    }
  }
});

test('the process key reaches the server as a file that only its user can read', { skip }, () => {
  for (const { objects } of overlays) {
    for (const { name, volumes, initContainers, containers } of podsOf(objects)) {
      const init = initContainers.find((one) => one.name === 'process-key');
      assert.deepEqual(init.command.slice(0, 3), ['install', '-m', '0400'], name);
      const options = find(objects, 'ConfigMap', containers[0].envFrom[0].configMapRef.name).data;
      assert.equal(options.CITYLAYERS_SECURITY__PROCESS_KEY_FILE, init.command.at(-1));
      assert.equal(volumes.find((one) => one.name === 'run').emptyDir.medium, 'Memory');
      assert.ok(!containers[0].volumeMounts.some((mount) => mount.name === 'secret'), 'the original is not in the server');
      // Declared in no overlay: a secret in a file of the tree would be public.
      assert.equal(find(objects, 'Secret', 'citylayers-process-key'), undefined);
    }
  }
});

test('selectors of services, budgets and policies find the pods', { skip }, () => {
  for (const { name, objects } of overlays) {
    const pods = podsOf(objects);
    const matches = (labels) => pods.filter((pod) => Object.entries(labels).every(([key, value]) => pod.labels[key] === value));
    for (const { kind, metadata, spec } of objects) {
      const selector = { Service: spec?.selector, PodDisruptionBudget: spec?.selector?.matchLabels, NetworkPolicy: spec?.podSelector?.matchLabels }[kind];
      if (selector) assert.equal(matches(selector).length, 1, `${name}: ${kind} ${metadata.name}`);
    }
    assert.deepEqual(find(objects, 'NetworkPolicy', 'nothing-by-default').spec.podSelector, {});
    const { scaleTargetRef } = find(objects, 'HorizontalPodAutoscaler', 'gateway').spec;
    assert.ok(find(objects, scaleTargetRef.kind, scaleTargetRef.name));
    assert.equal(find(objects, 'Deployment', 'gateway').spec.replicas, undefined, 'the autoscaler sets the number');
  }
});

test('a budget leaves a drain possible', { skip }, () => {
  for (const { name, objects } of overlays) {
    const { minReplicas } = find(objects, 'HorizontalPodAutoscaler', 'gateway').spec;
    const { minAvailable = 0 } = find(objects, 'PodDisruptionBudget', 'gateway').spec;
    assert.ok(minAvailable < minReplicas, `${name}: ${minAvailable} of ${minReplicas}`);
    assert.equal(find(objects, 'PodDisruptionBudget', 'city').spec.maxUnavailable, 1);
  }
});

test('only the gateway reaches the city, and nothing reaches the admin ports but the monitoring', { skip }, () => {
  for (const { objects } of overlays) {
    const { ingress } = find(objects, 'NetworkPolicy', 'city').spec;
    const from = (port) => ingress.filter(({ ports }) => ports.some((one) => one.port === port)).flatMap((rule) => rule.from);
    assert.deepEqual(from(50051), [{ podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } } }]);
    for (const policy of ['city', 'gateway']) {
      const rules = find(objects, 'NetworkPolicy', policy).spec.ingress.filter(({ ports }) => ports.some(({ port }) => port === 8081));
      assert.deepEqual(rules.flatMap((rule) => rule.from), [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
      ]);
    }
  }
});
