import { beforeEach, describe, expect, it } from 'vitest';
import { StyleSettings, type StyledMap } from './style_settings.js';

/** A style that loads late, and a map that records its settings. */
class FakeMap implements StyledMap {
  layers: string[] = [];
  readonly set = new Map<string, string>();
  private tell: () => void = () => {};

  on(_: 'styledata', listener: () => void): void {
    this.tell = listener;
  }
  getLayer(id: string): unknown {
    return this.layers.includes(id) || undefined;
  }
  setLayoutProperty(layer: string, name: string, value: unknown): void {
    if (!this.getLayer(layer)) throw new Error(`no layer ${layer}`);
    this.set.set(`${layer}/${name}`, JSON.stringify(value));
  }
  load(...layers: string[]): void {
    this.layers = layers;
    this.set.clear();
    this.tell();
  }
}

describe('StyleSettings', () => {
  let map: FakeMap;
  let settings: StyleSettings;

  beforeEach(() => {
    map = new FakeMap();
    settings = new StyleSettings(map);
  });

  it('switches names at once when their layers are there, whatever else is still loading', () => {
    map.load('flood-hatch', 'label-ward');
    settings.setLanguage('en');
    expect(map.set.get('label-ward/text-field')).toContain('name_en');
    settings.setLanguage('vi');
    expect(map.set.get('label-ward/text-field')).toBe('["get","name"]');
  });

  it('waits for the style with what was set before', () => {
    settings.setLanguage('en');
    settings.setHatched(true);
    expect(map.set.size).toBe(0);
    map.load('flood-hatch', 'label-ward', 'label-city');
    expect(map.set.get('flood-hatch/visibility')).toBe('"visible"');
    expect(map.set.get('label-city/text-field')).toContain('name_en');
  });

  it('sets all of it in a style that replaces the first', () => {
    map.load('flood-hatch', 'label-ward');
    settings.setHatched(true);
    map.load();
    settings.apply();
    map.load('flood-hatch', 'label-ward');
    expect(map.set.get('flood-hatch/visibility')).toBe('"visible"');
    expect(map.set.get('label-ward/text-field')).toBe('["get","name"]');
  });

  it('leaves the style alone when there is nothing to set', () => {
    map.load('flood-hatch', 'label-ward');
    settings.setHatched(false);
    expect(map.set.size).toBe(0);
  });
});
