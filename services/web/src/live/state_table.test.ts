import { describe, expect, it } from 'vitest';
import type { StateRows } from '../connect/messages.js';
import { StateTable, versionText } from './state_table.js';

/** Rows as the server sends them, from id to [level, speed]. */
function rows(
  values: Record<number, [number, number]>,
  named = true,
  subLayer = 'traffic',
): StateRows {
  const ids = Object.keys(values)
    .map(Number)
    .sort((a, b) => a - b);
  return {
    subLayer,
    idGaps: ids.map((id, i) => (i === 0 ? id : id - ids[i - 1]!)),
    columns: ['level', 'speed_kmh'].map((name, column) => ({
      ...(named ? { name } : {}),
      values: ids.map((id) => values[id]![column]!),
    })),
  };
}

describe('StateTable', () => {
  it('reads ids from gaps and values from columns', () => {
    const table = new StateTable('traffic');
    expect(table.applySnapshot([rows({ 7: [3, 9], 8: [1, 40], 4_000_000_000: [4, 2] })])).toEqual([
      7, 8, 4_000_000_000,
    ]);
    expect(table.get(8)).toEqual({ level: 1, speed_kmh: 40 });
    expect(table.get(4_000_000_000)).toEqual({ level: 4, speed_kmh: 2 });
    expect(table.get(9)).toBeUndefined();
  });

  it('names the columns of a delta by the snapshot before', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([rows({ 7: [3, 9] })]);
    expect(table.applyDelta([rows({ 7: [4, 3], 12: [2, 20] }, false)])).toEqual([7, 12]);
    expect(table.get(7)).toEqual({ level: 4, speed_kmh: 3 });
    expect(table.get(12)).toEqual({ level: 2, speed_kmh: 20 });
  });

  it('reports only rows that differ', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([rows({ 7: [3, 9], 8: [1, 40] })]);
    expect(table.applyDelta([rows({ 7: [3, 9], 8: [2, 20] }, false)])).toEqual([8]);
    expect(table.applySnapshot([rows({ 7: [3, 9], 8: [2, 20] })])).toEqual([]);
  });

  it('gives the default to ids that a new snapshot leaves out', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([rows({ 7: [3, 9], 8: [1, 40] })]);
    expect(table.applySnapshot([rows({ 8: [1, 40] })])).toEqual([7]);
    expect(table.get(7)).toEqual({ level: 0, speed_kmh: 0 });
  });

  it('empties on a snapshot without rows', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([rows({ 7: [3, 9] })]);
    expect(table.applySnapshot(undefined)).toEqual([7]);
    expect(table.get(7)).toEqual({ level: 0, speed_kmh: 0 });
  });

  it('starts over when the columns change', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([rows({ 7: [3, 9] })]);
    table.applySnapshot([
      { subLayer: 'traffic', idGaps: [1], columns: [{ name: 'level', values: [2] }] },
    ]);
    expect(table.size).toBe(1);
    expect(table.get(1)).toEqual({ level: 2 });
  });

  it('passes over rows of other sub-layers', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([rows({ 7: [3, 9] }), rows({ 8: [1, 1] }, true, 'streets')]);
    expect(table.applyDelta([rows({ 9: [1, 1] }, false, 'streets')])).toEqual([]);
    expect(table.size).toBe(1);
  });

  it('takes values left out by proto3 JSON as zero', () => {
    const table = new StateTable('traffic');
    table.applySnapshot([
      { idGaps: [5], columns: [{ name: 'level' }, { name: 'speed_kmh', values: [3] }] },
    ]);
    expect(table.get(5)).toEqual({ level: 0, speed_kmh: 3 });
  });

  it('equals a plain map after a long random walk', () => {
    const table = new StateTable('traffic');
    const model = new Map<number, [number, number]>();
    let seed = 7;
    const random = (below: number): number =>
      (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    table.applySnapshot([rows({ 0: [0, 0] })]);
    model.set(0, [0, 0]);
    for (let step = 0; step < 300; step++) {
      const changed: Record<number, [number, number]> = {};
      for (let i = 0; i < random(20); i++) changed[random(500)] = [random(6), random(60)];
      for (const [id, values] of Object.entries(changed)) model.set(Number(id), values);
      if (step % 50 === 49) table.applySnapshot([rows(Object.fromEntries(model))]);
      else table.applyDelta([rows(changed, false)]);
    }
    expect(table.size).toBe(model.size);
    for (const [id, [level, speed_kmh]] of model)
      expect(table.get(id)).toEqual({ level, speed_kmh });
  });
});

describe('versionText', () => {
  it('reads numbers, texts and what proto3 JSON leaves out alike', () => {
    expect(versionText({ epoch: '3', counter: '12' })).toBe(versionText({ epoch: 3, counter: 12 }));
    expect(versionText({ counter: '5' })).toBe('0:5');
    expect(versionText(undefined)).toBe('0:0');
  });
});
