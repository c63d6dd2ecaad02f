// The map with its theme and the page's overlays; created once the fonts are loaded.

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

/** The sources served by the server; the others are the page's own. */
const kServerSources = ['base', 'flood', 'traffic'];
const kTileUrl = /\/(tiles\/([^/?]+)\/\d+\/\d+\/\d+\.\w+(?:\?.*)?)$/;
const kMaxZoom = 18;
const kMinZoom = 9;

export class MapView {
  readonly map: MapLibreMap;
  /** Called when the map can no longer be drawn, and when it can again. */
  onContext: (there: boolean) => void = () => {};
  private readonly overlays = emptyOverlays();
  /** A style that arrived while the map could not be drawn. */
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
      // The event streams report changes; requesting all tiles again would only add load.
      refreshExpiredTiles: false,
      transformRequest: ofThisServer,
    });
    this.map.setPadding(panelPadding());
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    // On a phone the attribution is collapsed to its button after it has been shown, because it covers names.
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
   * Waits for the style of a server that may still be starting. Fails only where no map can be drawn, i.e. without
   * WebGL. `booth`: names are read from some distance.
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

  /** Sets the language of names, and of the map's texts for screen readers. */
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

  /** Highlights a street; undefined: none. */
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

  /** Whether flood water is hatched, because the ground below it is not surveyed. */
  setHatched(hatched: boolean): void {
    this.settings.setHatched(hatched);
  }

  /** The server is available again: failed requests are repeated now. */
  serverIsBack(): void {
    this.mender.retryNow();
  }

  /** Requests the TileJSON and all tiles of a source again. */
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

  /** The server's style with the page's additions. */
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
 * Tiles come from the server of the page, whatever address its TileJSON has: behind a proxy that the server does not know,
 * such as that of a kiosk, it is another one. Those in the browser's cache may be a few seconds old; after a change reported
 * by a stream the new tile is needed. A request with the ETag costs little when the tile is unchanged.
 */
function ofThisServer(url: string): RequestParameters {
  const [, path, layer] = kTileUrl.exec(url) ?? [];
  const own = path ? serverUrl(path) : url;
  return layer === 'traffic' || layer === 'flood' ? { url: own, cache: 'no-cache' } : { url: own };
}

/** The area covered by the bar and the panels: the view is centred in the remaining area. */
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
  // The page draws text with its own web fonts.
  delete style.glyphs;
  for (const id of kServerSources)
    style.sources[id] = { ...style.sources[id], url: tileJsonUrl(id) } as VectorSourceSpecification;
  return style;
}

function tileJsonUrl(id: string): string {
  return serverUrl(`tiles/${id}.json`);
}
