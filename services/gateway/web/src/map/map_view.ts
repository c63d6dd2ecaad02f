// The map: made once the fonts are there, themed, with the page's overlays in its style.

import {
  AttributionControl,
  Map as MapLibreMap,
  setWorkerUrl,
  type ErrorEvent,
  type GeoJSONSource,
  type LngLatLike,
  type RequestParameters,
  type StyleSpecification,
  type VectorTileSource,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { palettes, type Theme } from '../../styles/palette.js';
import type { Words } from '../i18n/index.js';
import { putImages } from './icons.js';
import { emptyOverlays, withOverlays, type OverlaySource } from './overlays.js';
import { SourceMender } from './source_mender.js';
import { StyleSettings } from './style_settings.js';
import { withBoothText } from './text_size.js';
import { kStyleRetryMs, ThemeSwitch } from './theme_switch.js';

export interface Home {
  center: [number, number];
  zoom: number;
}

/** What the server gives; the rest of the map is the page's own. */
const kServerSources = ['base', 'flood', 'traffic'];
const kMaxZoom = 18;
/** As in narrow.css: up to this width one panel shows at a time, at the bottom. */
const kPhonePx = 860;
const kMinZoom = 9;

export class MapView {
  readonly map: MapLibreMap;
  private readonly overlays = emptyOverlays();
  private readonly settings: StyleSettings;
  private readonly themes: ThemeSwitch<StyleSpecification>;
  private readonly mender: SourceMender;

  private constructor(
    container: HTMLElement,
    style: StyleSpecification,
    theme: Theme,
    readonly home: Home,
    private readonly booth: boolean,
  ) {
    this.map = new MapLibreMap({
      container,
      style: this.dressed(style, theme, false),
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
    this.settings = new StyleSettings(this.map);
    this.themes = new ThemeSwitch(theme, fetchStyle, (next, nextStyle) =>
      this.showTheme(next, nextStyle),
    );
    this.map.setMissingStyleImageResolver(() => putImages(this.map, palettes[this.themes.theme]));
    this.mender = new SourceMender({
      reloadSource: (id) => this.reloadSource(id),
      reloadTiles: (id) => this.map.refreshTiles(id),
    });
    this.map.on('error', (event) => this.onError(event));
  }

  /**
   * The server may still be starting: waits for its style. Fails only where no map can be drawn, that is
   * without WebGL. `booth`: names are read from a few steps away.
   */
  static async create(
    container: HTMLElement,
    theme: Theme,
    home: Home,
    booth: boolean,
  ): Promise<MapView> {
    setWorkerUrl(workerUrl);
    for (;;) {
      const style = await fetchStyle(theme).catch(() => undefined);
      if (style) return new MapView(container, style, theme, home, booth);
      await new Promise((resolve) => setTimeout(resolve, kStyleRetryMs));
    }
  }

  setTheme(theme: Theme): void {
    void this.themes.set(theme);
  }

  /** The language of names, and of what the map says to those who do not see it. */
  setWords(words: Words): void {
    this.settings.setLanguage(words.language);
    this.map.getCanvas().setAttribute('aria-label', words.text('map.label'));
    const attribution = this.map.getContainer().querySelector('.maplibregl-ctrl-attrib-button');
    for (const name of ['aria-label', 'title'])
      attribution?.setAttribute(name, words.text('map.attribution'));
  }

  setOverlay(source: OverlaySource, features: GeoJSON.Feature[]): void {
    this.overlays[source] = { type: 'FeatureCollection', features };
    (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(this.overlays[source]);
  }

  /** Whether flood water is hatched, since the ground below it is not surveyed. */
  setHatched(hatched: boolean): void {
    this.settings.setHatched(hatched);
  }

  /** The server is back: what failed meanwhile is asked for now. */
  serverIsBack(): void {
    this.mender.retryNow();
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

  private showTheme(theme: Theme, style: StyleSpecification): void {
    this.map.setStyle(this.dressed(style, theme, this.settings.hatched), { diff: true });
    putImages(this.map, palettes[theme]);
    this.settings.apply();
  }

  /** The server's style with what the page adds to it. */
  private dressed(style: StyleSpecification, theme: Theme, hatched: boolean): StyleSpecification {
    const read = this.booth ? withBoothText(style) : style;
    return withOverlays(read, palettes[theme], this.overlays, hatched);
  }

  private onError(event: ErrorEvent): void {
    const { sourceId, tile } = event as ErrorEvent & { sourceId?: string; tile?: unknown };
    if (sourceId && kServerSources.includes(sourceId)) this.mender.failed(sourceId, !!tile);
    else console.error(event.error);
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
