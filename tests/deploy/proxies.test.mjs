// The proxies that the tests do not run: their files can be read, name what they use, and are marked as not run.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { kRoot } from '../support/daemon.mjs';

const read = (path) => readFileSync(join(kRoot, 'deploy', path), 'utf8');

test('files that were not run are marked so', () => {
  for (const file of ['nginx/http3.conf', 'envoy/envoy.yaml']) assert.match(read(file), /NOT RUN/, file);
  assert.doesNotMatch(read('nginx/citylayers.conf'), /NOT RUN/);
});

test('Envoy: each route has a cluster, and gRPC comes before what matches every path', () => {
  const { static_resources } = parse(read('envoy/envoy.yaml'));
  const clusters = static_resources.clusters.map(({ name, load_assignment }) => {
    assert.equal(load_assignment.cluster_name, name);
    return name;
  });
  const manager = static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
  const { routes } = manager.route_config.virtual_hosts[0];
  for (const { route } of routes) assert.ok(clusters.includes(route.cluster), route.cluster);
  assert.deepEqual(routes.map(({ match }) => [match.prefix, match.headers?.[0].name]), [
    ['/', 'content-type'],
    ['/live', undefined],
    ['/', undefined],
  ]);
  const pattern = new RegExp(`^${routes[0].match.headers[0].string_match.safe_regex.regex}$`);
  for (const [type, isGrpc] of Object.entries({ 'application/grpc': true, 'application/grpc+proto': true, 'application/grpc-web+proto': false, 'application/json': false })) {
    assert.equal(pattern.test(type), isGrpc, type);
  }
});
