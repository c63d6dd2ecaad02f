import { describe, expect, it } from 'vitest';
import { neighbour } from './tabs.js';

describe('neighbour', () => {
  it('goes round by arrows', () => {
    expect(neighbour('ArrowRight', 0, 3)).toBe(1);
    expect(neighbour('ArrowRight', 2, 3)).toBe(0);
    expect(neighbour('ArrowLeft', 0, 3)).toBe(2);
  });

  it('jumps to either end', () => {
    expect(neighbour('Home', 1, 3)).toBe(0);
    expect(neighbour('End', 0, 3)).toBe(2);
  });

  it('leaves other keys to the browser', () => {
    expect(neighbour('Tab', 0, 3)).toBeUndefined();
    expect(neighbour('Enter', 0, 3)).toBeUndefined();
  });
});
