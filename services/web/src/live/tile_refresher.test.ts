import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kGatherMs, TileRefresher, type TileMap } from './tile_refresher.js';

describe('TileRefresher', () => {
  let loaded = true;
  let asked: (string[] | 'all')[] = [];
  const map: TileMap = {
    isSourceLoaded: () => loaded,
    refreshTiles: (_, tiles) => {
      asked.push(tiles?.map(({ z, x, y }) => `${z}/${x}/${y}`) ?? 'all');
    },
  };
  let refresher: TileRefresher;

  beforeEach(() => {
    vi.useFakeTimers();
    loaded = true;
    asked = [];
    refresher = new TileRefresher(map, 'flood', 12, 14);
  });
  afterEach(() => vi.useRealTimers());

  const settle = (): void => {
    vi.advanceTimersByTime(kGatherMs);
  };

  it('asks once for what changed, and for the tiles above it', () => {
    refresher.change([{ z: 14, x: 13049, y: 7697 }]);
    refresher.change([{ z: 14, x: 13048, y: 7697 }]);
    expect(asked).toEqual([]);
    settle();
    expect(asked).toEqual([['14/13049/7697', '13/6524/3848', '12/3262/1924', '14/13048/7697']]);
  });

  it('asks for everything when only a coarse tile is named', () => {
    refresher.change([{ z: 10, x: 815, y: 481 }]);
    settle();
    expect(asked).toEqual(['all']);
  });

  it('waits for what is under way', () => {
    loaded = false;
    refresher.change([{ z: 14, x: 1, y: 1 }]);
    settle();
    settle();
    expect(asked).toEqual([]);
    loaded = true;
    settle();
    expect(asked).toHaveLength(1);
  });

  it('lets go of tiles out of view once the view moves, and only after a change', () => {
    refresher.moved();
    settle();
    expect(asked).toEqual([]);
    refresher.change([{ z: 14, x: 1, y: 1 }]);
    settle();
    refresher.moved();
    settle();
    refresher.moved();
    settle();
    expect(asked.slice(1)).toEqual(['all']);
  });

  it('asks for everything after it could not listen', () => {
    refresher.changeAll();
    settle();
    expect(asked).toEqual(['all']);
  });
});
