// The map: made once the fonts are there, themed, with the page's overlays in its style.

import {
  AttributionControl,
  Map as MapLibreMap,
  setWorkerUrl,
  type GeoJSONSource,
  type LngLatLike,
  type RequestParameters,
  type StyleSpecification,
  type VectorTileSource,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { palettes, type Theme } from '../../styles/palette.js';
import type { Language } from '../format.js';
import { putImages } from './icons.js';
import { emptyOverlays, kHatchLayer, withOverlays, type OverlaySource } from './overlays.js';

export interface Home {
  center: [number, number];
  zoom: number;
}

/** Labels whose text differs by language. */
const kNamedLayers = [
  'label-waterway',
  'label-ward',
  'label-landmark',
  'label-district',
  'label-city',
];

const kMaxZoom = 18;
/** As in narrow.css: up to this width one panel shows at a time, at the bottom. */
const kPhonePx = 860;
const kMinZoom = 9;

export class MapView {
  readonly map: MapLibreMap;
  private readonly overlays = emptyOverlays();
  private hatched = false;
  private theme: Theme;
  private language: Language = 'vi';

  private constructor(
    container: HTMLElement,
    style: StyleSpecification,
    theme: Theme,
    readonly home: Home,
  ) {
    this.theme = theme;
    this.map = new MapLibreMap({
      container,
      style: withOverlays(style, palettes[theme], this.overlays, this.hatched),
      center: home.center,
      zoom: home.zoom,
      minZoom: kMinZoom,
      maxZoom: kMaxZoom,
      attributionControl: false,
      fadeDuration: 300,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 45,
      // What changes is told by the event streams; asking for every tile again would only cost.
      refreshExpiredTiles: false,
      transformRequest: askLiveTilesAnew,
    });
    this.map.setPadding(panelPadding());
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    this.map.setMissingStyleImageResolver(() => putImages(this.map, palettes[this.theme]));
  }

  static async create(container: HTMLElement, theme: Theme, home: Home): Promise<MapView> {
    setWorkerUrl(workerUrl);
    return new MapView(container, await fetchStyle(theme), theme, home);
  }

  async setTheme(theme: Theme): Promise<void> {
    if (theme === this.theme) return;
    const style = await fetchStyle(theme);
    this.theme = theme;
    this.map.setStyle(withOverlays(style, palettes[theme], this.overlays, this.hatched), {
      diff: true,
    });
    putImages(this.map, palettes[theme]);
    this.applyLanguage();
  }

  setLanguage(language: Language): void {
    this.language = language;
    if (this.map.isStyleLoaded()) this.applyLanguage();
    else this.map.once('load', () => this.applyLanguage());
  }

  setOverlay(source: OverlaySource, features: GeoJSON.Feature[]): void {
    this.overlays[source] = { type: 'FeatureCollection', features };
    (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(this.overlays[source]);
  }

  /** Whether flood water is hatched, since the ground below it is not surveyed. */
  setHatched(hatched: boolean): void {
    if (hatched === this.hatched) return;
    this.hatched = hatched;
    if (!this.map.getLayer(kHatchLayer)) return;
    this.map.setLayoutProperty(kHatchLayer, 'visibility', hatched ? 'visible' : 'none');
  }

  /** Asks for the TileJSON and all tiles of a source anew. */
  reloadSource(id: string): void {
    const source = this.map.getSource(id) as VectorTileSource | undefined;
    source?.setUrl(`/tiles/${id}.json`);
  }

  flyTo(center: LngLatLike, zoom: number, pitch = 0): void {
    const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const camera = { center, zoom, pitch, padding: panelPadding() };
    if (reduced) this.map.jumpTo(camera);
    else this.map.flyTo({ ...camera, duration: 3000, curve: 1.3, essential: true });
  }

  flyHome(): void {
    this.flyTo(this.home.center, this.home.zoom);
  }

  private applyLanguage(): void {
    for (const layer of kNamedLayers) {
      if (!this.map.getLayer(layer)) continue;
      this.map.setLayoutProperty(
        layer,
        'text-field',
        this.language === 'en'
          ? ['coalesce', ['get', 'name_en'], ['get', 'name']]
          : ['get', 'name'],
      );
    }
  }
}

/**
 * Tiles may be a few seconds old in the browser's cache; after a change that was told by a stream only the
 * new one will do. Asking with the ETag costs little when it is the same.
 */
function askLiveTilesAnew(url: string): RequestParameters {
  return /\/tiles\/(traffic|flood)\//.test(url) ? { url, cache: 'no-cache' } : { url };
}

/** What the bar and the panels cover: the middle of the view is the middle of what is left free. */
function panelPadding(): { top: number; bottom: number; left: number; right: number } {
  const bar = document.querySelector('.bar')?.clientHeight ?? 56;
  const narrow = innerWidth <= kPhonePx;
  return { top: bar, bottom: narrow ? innerHeight * 0.4 : 180, left: 0, right: narrow ? 0 : 120 };
}

async function fetchStyle(theme: Theme): Promise<StyleSpecification> {
  const reply = await fetch(`/styles/${theme}.json`);
  if (!reply.ok) throw new Error(`map style ${theme}: HTTP ${reply.status}`);
  const style = (await reply.json()) as StyleSpecification;
  return style;
}
