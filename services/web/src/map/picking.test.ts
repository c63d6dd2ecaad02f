import { describe, expect, it } from 'vitest';
import { pick, type Candidate } from './picking.js';

const at = (layer: string, distancePx: number, rank = -1): Candidate => ({
  layer,
  distancePx,
  rank,
  properties: {},
});

describe('pick', () => {
  it('takes what lies nearest', () => {
    expect(pick([at('alert', 20, 3), at('gauge', 4)])?.layer).toBe('gauge');
  });

  it('takes the gravest of what lies about as near', () => {
    const minor = at('alert', 3, 0);
    const extreme = at('alert', 9, 3);
    expect(pick([at('gauge', 5), minor, extreme])).toBe(extreme);
  });

  it('takes the nearer of two as grave', () => {
    const near = at('alert', 3, 2);
    expect(pick([at('alert', 6, 2), near])).toBe(near);
  });

  it('takes nothing where nothing is', () => {
    expect(pick([])).toBeUndefined();
  });
});
