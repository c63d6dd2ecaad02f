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
  type VectorSourceSpecification,
  type VectorTileSource,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { palettes, type Theme } from '../../styles/palette.js';
import type { Words } from '../i18n/index.js';
import { isPhone, screenScale } from '../screen.js';
import { serverUrl } from '../server_url.js';
import { putImages } from './icons.js';
import { emptyOverlays, kPickedState, withOverlays, type OverlaySource } from './overlays.js';
import { isLost, watchContext } from './lost_context.js';
import { SourceMender } from './source_mender.js';
import type { Street } from './street_picking.js';
import { StyleSettings } from './style_settings.js';
import { withBoothText, withScaledText } from './text_size.js';
import { kStyleRetryMs, ThemeSwitch } from './theme_switch.js';

export interface Home {
  center: [number, number];
  zoom: number;
}

/** What the server gives; the rest of the map is the page's own. */
const kServerSources = ['base', 'flood', 'traffic'];
const kMaxZoom = 18;
const kMinZoom = 9;

export class MapView {
  readonly map: MapLibreMap;
  /** Hears when the map can no longer be drawn, and when it can again. */
  onContext: (there: boolean) => void = () => {};
  private readonly overlays = emptyOverlays();
  /** A style that came while nothing could be drawn. */
  private missed: { theme: Theme; style: StyleSpecification } | undefined;
  private readonly settings: StyleSettings;
  private readonly themes: ThemeSwitch<StyleSpecification>;
  private readonly mender: SourceMender;
  private picked: number | undefined;
  private scale = screenScale();

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
    // On a phone the sources fold away behind their button once they have been seen: they stand over names.
    if (isPhone())
      this.map.once('idle', () =>
        container
          .querySelector('.maplibregl-ctrl-attrib')
          ?.classList.remove('maplibregl-compact-show'),
      );
    this.settings = new StyleSettings(this.map);
    this.themes = new ThemeSwitch(theme, fetchStyle, (next, nextStyle) =>
      this.showTheme(next, nextStyle),
    );
    this.map.setMissingStyleImageResolver(() => putImages(this.map, palettes[this.themes.theme]));
    this.mender = new SourceMender({
      reloadSource: (id) => this.reloadSource(id),
      reloadTiles: (id) => {
        if (!isLost(this.map)) this.map.refreshTiles(id);
      },
    });
    this.map.on('error', (event) => this.onError(event));
    watchContext(this.map, {
      lost: () => this.onContext(false),
      restored: () => {
        if (this.missed) this.showTheme(this.missed.theme, this.missed.style);
        this.settings.apply();
        for (const id of Object.keys(this.overlays) as OverlaySource[]) this.putOverlay(id);
        this.onContext(true);
      },
    });
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
    this.putOverlay(source);
  }

  private putOverlay(source: OverlaySource): void {
    if (isLost(this.map)) return;
    (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(this.overlays[source]);
  }

  /** Makes a street stand out; undefined: none. */
  highlight(street: Street | undefined): void {
    if (isLost(this.map)) return;
    const traffic = { source: 'traffic', sourceLayer: 'traffic' };
    if (this.picked !== undefined)
      this.map.setFeatureState({ ...traffic, id: this.picked }, { [kPickedState]: false });
    this.picked = street?.segment;
    if (this.picked !== undefined)
      this.map.setFeatureState({ ...traffic, id: this.picked }, { [kPickedState]: true });
    const bare = street && street.segment === undefined;
    this.setOverlay(
      'picked',
      bare ? [{ type: 'Feature', geometry: street.geometry, properties: {} }] : [],
    );
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
    if (isLost(this.map)) return;
    const source = this.map.getSource(id) as VectorTileSource | undefined;
    source?.setUrl(tileJsonUrl(id));
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
    this.missed = isLost(this.map) ? { theme, style } : undefined;
    if (this.missed) return;
    this.map.setStyle(this.dressed(style, theme, this.settings.hatched), { diff: true });
    putImages(this.map, palettes[theme]);
    this.settings.apply();
  }

  /** The server's style with what the page adds to it. */
  private dressed(style: StyleSpecification, theme: Theme, hatched: boolean): StyleSpecification {
    const read = this.booth ? withBoothText(style) : style;
    const scaled = withOverlays(read, palettes[theme], this.overlays, hatched);
    return withScaledText(scaled, this.scale);
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
  const bar = document.querySelector('.bar')?.clientHeight ?? 0;
  const scale = screenScale();
  if (isPhone()) return { top: bar, bottom: innerHeight * 0.4, left: 0, right: 0 };
  return { top: bar, bottom: 180 * scale, left: 0, right: 120 * scale };
}

async function fetchStyle(theme: Theme): Promise<StyleSpecification> {
  const reply = await fetch(serverUrl(`styles/${theme}.json`));
  if (!reply.ok) throw new Error(`map style ${theme}: HTTP ${reply.status}`);
  const style = (await reply.json()) as StyleSpecification;
  // The page has fonts of its own, whose letters it draws itself.
  delete style.glyphs;
  for (const id of kServerSources)
    style.sources[id] = { ...style.sources[id], url: tileJsonUrl(id) } as VectorSourceSpecification;
  return style;
}

function tileJsonUrl(id: string): string {
  return serverUrl(`tiles/${id}.json`);
}
