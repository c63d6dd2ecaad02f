// The booth page: puts map, live layers, feeds and panels together.

import 'maplibre-gl/dist/maplibre-gl.css';
import './css/fonts.css';
import './css/page.css';
import './css/panels.css';
import './css/water.css';
import './css/narrow.css';
import type { Theme } from '../styles/palette.js';
import { CityFeeds } from './city_feeds.js';
import { CityState } from './city_state.js';
import type { Alert, Point } from './connect/messages.js';
import { loadFonts } from './fonts.js';
import type { Language } from './format.js';
import { Words } from './i18n/index.js';
import { Kiosk, type Stop } from './kiosk.js';
import { LiveLayers } from './live_layers.js';
import { Flow } from './map/flow.js';
import { MapView } from './map/map_view.js';
import { overlayFeatures } from './map/overlay_features.js';
import { watchPageVersion } from './self_update.js';
import { keep, readSettings } from './settings.js';
import { AlertsPanel } from './ui/alerts_panel.js';
import { byUrgency } from './ui/alert_words.js';
import { Bar } from './ui/bar.js';
import { h } from './ui/dom.js';
import { Legend } from './ui/legend.js';
import { MapButtons } from './ui/map_buttons.js';
import { PhoneTabs } from './ui/phone_tabs.js';
import { WaterPanel } from './ui/water_panel.js';

/** What tests see of the page. */
declare global {
  interface Window {
    citylayers?: {
      map: MapView['map'];
      ready(): boolean;
      lang(): Language;
      clock: CityState['clock'];
      stats(): Record<string, number>;
    };
  }
}

/** Without a successful call or event for this long the connection counts as lost. */
const kLostAfterMs = 9000;
/** Hidden, the page hears little: once shown it has this long to hear before it calls itself lost. */
const kShownGraceMs = 4000;
const kStyleRetryMs = 2000;

class Page {
  private readonly city = new CityState();
  private readonly settings = readSettings(
    new URLSearchParams(location.search),
    storage(),
    innerWidth,
  );
  private words = new Words(this.settings.language);
  private theme: Theme = this.settings.theme;
  private selectedAlert = '';
  private heardMs = 0;
  /** How the last call went, and whether the traffic stream is up: both down is lost at once. */
  private reachable = false;
  private streaming = false;

  async start(): Promise<void> {
    document.documentElement.toggleAttribute('data-kiosk', this.settings.kiosk);
    this.applyDocument();
    const mapElement = h('div', { id: 'map', role: 'region', 'data-testid': 'map' });
    const caption = h('div', {
      class: 'caption',
      role: 'status',
      hidden: true,
      'data-testid': 'caption',
    });
    document.getElementById('page')!.replaceChildren(mapElement, caption);

    await loadFonts();
    const view = await this.createView(mapElement);
    const live = new LiveLayers(view, (open) => {
      this.streaming = open;
      this.judgeConnection();
    });
    this.city.dataTimeMs = () => live.dataTimeMs;
    const feeds = new CityFeeds(this.city, (ok) => {
      this.reachable = ok;
      if (ok) this.heardMs = Date.now();
      this.judgeConnection();
    });
    this.city.stale = () => feeds.stale || live.stale;
    setInterval(() => {
      this.heardMs = Math.max(this.heardMs, live.traffic.lastEventMs);
      this.judgeConnection();
    }, 1000);
    document.addEventListener('visibilitychange', () => {
      const grace = Date.now() - kLostAfterMs + kShownGraceMs;
      if (this.heardMs > 0) this.heardMs = Math.max(this.heardMs, grace);
    });

    const alerts = this.buildPanels(view);
    const kiosk = this.startKiosk(view, caption, alerts);
    watchPageVersion(() => kiosk.idleMs);
    new Flow(view.map);
    this.expose(view, live);
  }

  /** The server may still be starting: the page waits for its style instead of giving up. */
  private async createView(element: HTMLElement): Promise<MapView> {
    for (;;) {
      try {
        return await MapView.create(element, this.theme, this.settings.home);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, kStyleRetryMs));
      }
    }
  }

  private buildPanels(view: MapView): AlertsPanel {
    const flyTo = (place: Point, zoom: number): void =>
      view.flyTo([place.lonDeg ?? 0, place.latDeg ?? 0], zoom);
    const alerts = new AlertsPanel(this.city, this.words, (alert) => this.showAlert(view, alert));
    const water = new WaterPanel(this.city, this.words, flyTo);
    const legend = new Legend(this.words);
    const buttons = new MapButtons(view, this.words);
    const tabs = new PhoneTabs(this.words);
    const bar = new Bar(this.city, this.words, this.theme, {
      language: (language) => {
        this.words = new Words(language);
        keep(storage(), 'lang', language);
        this.applyDocument();
        for (const part of [bar, alerts, water, legend, buttons, tabs]) part.setWords(this.words);
        view.setLanguage(language);
        this.drawOverlays(view);
      },
      theme: () => {
        this.theme = this.theme === 'night' ? 'day' : 'night';
        keep(storage(), 'theme', this.theme);
        this.applyDocument();
        bar.setTheme(this.theme);
        view.setTheme(this.theme);
      },
      home: () => view.flyHome(),
    });
    document
      .getElementById('page')!
      .append(
        bar.element,
        alerts.element,
        legend.element,
        water.element,
        buttons.element,
        tabs.element,
      );
    view.setLanguage(this.words.language);
    this.city.on(['alerts', 'stages', 'jams'], () => this.drawOverlays(view));
    this.city.on(['notices'], () => {
      const synthetic = this.city.notices.includes('synthetic_terrain');
      view.setHatched(synthetic);
      legend.setSyntheticTerrain(synthetic);
    });
    this.openFromMap(view, alerts, water);
    return alerts;
  }

  private openFromMap(view: MapView, alerts: AlertsPanel, water: WaterPanel): void {
    const { map } = view;
    map.on('click', 'alert', (event) => {
      const name = String(event.features?.[0]?.properties['name'] ?? '');
      alerts.select(name);
      this.showAlert(
        view,
        this.city.alerts.find((alert) => alert.name === name),
      );
    });
    map.on('click', 'gauge', (event) =>
      water.selectStation(String(event.features?.[0]?.properties['station'] ?? '')),
    );
    for (const layer of ['alert', 'gauge']) {
      map.on('mouseenter', layer, () => (map.getCanvas().style.cursor = 'pointer'));
      map.on('mouseleave', layer, () => (map.getCanvas().style.cursor = ''));
    }
  }

  private showAlert(view: MapView, alert: Alert | undefined): void {
    this.selectedAlert = alert?.name ?? '';
    this.drawOverlays(view);
    const place = alert?.location;
    if (place) view.flyTo([place.lonDeg ?? 0, place.latDeg ?? 0], 14.6);
  }

  private drawOverlays(view: MapView): void {
    const features = overlayFeatures(this.city, this.words, this.selectedAlert);
    view.setOverlay('gauges', features.gauges);
    view.setOverlay('jams', features.jams);
    view.setOverlay('alerts', features.alerts);
  }

  private startKiosk(view: MapView, caption: HTMLElement, alerts: AlertsPanel): Kiosk {
    return new Kiosk({
      tour: this.settings.kiosk,
      stops: () => this.tourStops(),
      fly: (stop) => {
        alerts.select(stop.alert);
        view.flyTo([stop.place.lonDeg ?? 0, stop.place.latDeg ?? 0], stop.zoom, 40);
      },
      home: () => {
        if (!this.settings.kiosk) return;
        alerts.select('');
        view.flyHome();
      },
      caption: (text) => {
        caption.hidden = text === '';
        caption.replaceChildren(text, h('small', {}, this.words.text('tour.hint')));
      },
    });
  }

  /** Alerts, the worst first, then the longest jams. */
  private tourStops(): Stop[] {
    const alerts = [...this.city.alerts].sort(byUrgency).filter((alert) => alert.location);
    const jams = this.city.jams.filter((jam) => jam.tail ?? jam.head);
    return [
      ...alerts.slice(0, 4).map((alert) => ({
        place: alert.location!,
        zoom: 14.6,
        caption: this.words.localized(alert.headline),
        alert: alert.name ?? '',
      })),
      ...jams.slice(0, 2).map((jam) => ({
        place: (jam.tail ?? jam.head)!,
        zoom: 15.2,
        caption: jam.street || this.words.text('jams.title'),
        alert: '',
      })),
    ];
  }

  private judgeConnection(): void {
    if (document.hidden) return;
    const before = this.city.connection;
    const quiet = Date.now() - this.heardMs > kLostAfterMs || (!this.reachable && !this.streaming);
    const live = this.heardMs > 0 && !quiet;
    this.city.connection = live
      ? 'live'
      : this.heardMs === 0 && performance.now() < kLostAfterMs
        ? 'starting'
        : 'lost';
    if (before !== this.city.connection) {
      document.documentElement.dataset['connection'] = this.city.connection;
      this.city.changed('connection');
    }
  }

  private applyDocument(): void {
    const root = document.documentElement;
    root.lang = this.words.language;
    root.dataset['theme'] = this.theme;
    document.title = `${this.words.text('title')} – ${this.words.text('city')}`;
    document.getElementById('map')?.setAttribute('aria-label', this.words.text('map.label'));
  }

  private expose(view: MapView, live: LiveLayers): void {
    const { map } = view;
    window.citylayers = {
      map,
      ready: () => map.loaded() && live.traffic.stats.snapshots > 0 && live.waitingCount === 0,
      lang: () => this.words.language,
      clock: this.city.clock,
      stats: () => ({
        ...live.traffic.stats,
        rows: live.traffic.table.size,
        painted: live.paintedCount,
        floodSnapshots: live.flood.stats.snapshots,
        floodEvents: live.flood.stats.deltas,
        alerts: this.city.alerts.length,
        stages: this.city.stages.length,
        jams: this.city.jams.length,
      }),
    };
  }
}

/** Storage may be forbidden; the page does without. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

void new Page().start();
