import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LayerState } from './layer_state.mjs';

const version = (counter) => ({ epoch: '7', counter: String(counter) });
const rows = (idGaps, values) => [{ subLayer: 'roads', idGaps, columns: [{ values }] }];
const snapshot = { packId: 'p', version: version(5), rows: rows([3, 1], [7, 8]) };

test('a delta changes rows by their ids', () => {
  const state = new LayerState({ zoom: 12 });
  assert.ok(state.apply({ snapshot }));
  assert.ok(
    state.apply({ delta: { packId: 'p', from: version(5), to: version(6), rows: rows([4, 6], [0, 1]) } }),
  );
  assert.deepEqual([...state.rows.get('roads')], [[3, [7]], [4, [0]], [10, [1]]]);
  assert.deepEqual(state.resume, { packId: 'p', version: version(6), view: { zoom: 12 } });
});

test('a delta of another state is refused', () => {
  const state = new LayerState();
  const delta = { packId: 'p', from: version(6), to: version(7), rows: [] };
  assert.equal(state.apply({ delta }), false);
  state.apply({ snapshot });
  assert.equal(state.apply({ delta }), false);
  state.apply({ heartbeat: { version: version(6) } });
  assert.ok(state.apply({ delta }), 'heartbeats move the version');
});

test('the token has the view to which the state has moved', () => {
  const state = new LayerState({ zoom: 12 });
  state.apply({ snapshot });
  state.apply({ delta: { packId: 'p', from: version(5), to: version(5), rows: [], view: { zoom: 9 } } });
  assert.deepEqual(state.resume.view, { zoom: 9 });
});
