// The booth page: creates and connects map, live layers, feeds and panels.

import 'maplibre-gl/dist/maplibre-gl.css';
import './css/fonts.css';
import './css/page.css';
import './css/panels.css';
import './css/water.css';
import './css/narrow.css';
import './css/session.css';
import type { Theme } from '../styles/palette.js';
import { CityFeeds } from './city_feeds.js';
import { CityState } from './city_state.js';
import type { Alert, Point } from './connect/messages.js';
import { loadFonts } from './fonts.js';
import type { Language } from './format.js';
import { Words } from './i18n/index.js';
import { Kiosk, type Stop } from './kiosk.js';
import { LiveClient } from './live/live_client.js';
import { LiveLayers } from './live_layers.js';
import { Flow } from './map/flow.js';
import { MapView } from './map/map_view.js';
import { overlayFeatures } from './map/overlay_features.js';
import { onTap } from './map/picking.js';
import { streetAt } from './map/street_picking.js';
import { sendPulses } from './pulse.js';
import { watchPageVersion } from './self_update.js';
import { screenScale } from './screen.js';
import { keep, readSettings } from './settings.js';
import { AlertsPanel } from './ui/alerts_panel.js';
import { byUrgency } from './ui/alert_words.js';
import { Bar } from './ui/bar.js';
import { h, setText } from './ui/dom.js';
import { Legend } from './ui/legend.js';
import { MapButtons } from './ui/map_buttons.js';
import { PhoneTabs } from './ui/phone_tabs.js';
import { SignIn } from './ui/sign_in.js';
import { StreetCard } from './ui/street_card.js';
import { WaterPanel } from './ui/water_panel.js';

/** Interface of the page for tests. */
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

/** Time after its start, or after it is shown again, in which an unconnected page shows "connecting". */
const kConnectingMs = 5000;
const kAlertZoom = 14.6;
const kTourPitchDeg = 40;

class Page {
  private readonly city = new CityState();
  private readonly settings = readSettings(
    new URLSearchParams(location.search),
    storage(),
    innerWidth,
    screenScale(),
  );
  private words = new Words(this.settings.language);
  private theme: Theme = this.settings.theme;
  private selectedAlert = '';
  private readonly client = new LiveClient();
  /** Time at which the page was opened or shown. */
  private shownMs = performance.now();

  /** Undefined until the map is created, and permanently on a screen that cannot draw one. */
  private view: MapView | undefined;
  private mapless = false;
  private live: LiveLayers | undefined;
  private readonly mapElement = h('div', { id: 'map', 'data-testid': 'map' });
  private readonly caption = h('div', {
    class: 'caption',
    role: 'status',
    hidden: true,
    'data-testid': 'caption',
  });
  /** Shown while the map cannot be drawn. */
  private readonly mapNote = h('div', {
    class: 'map-note',
    role: 'status',
    hidden: true,
    'data-testid': 'map-note',
  });
  private readonly flyTo = (place: Point, zoom: number, pitch = 0): void =>
    this.view?.flyTo([place.lonDeg ?? 0, place.latDeg ?? 0], zoom, pitch);
  private readonly alerts = new AlertsPanel(
    this.city,
    this.words,
    (alert) => this.showAlert(alert),
    this.settings.kiosk,
  );
  private readonly water = new WaterPanel(this.city, this.words, this.flyTo);
  private readonly legend = new Legend(this.words);
  private readonly buttons = new MapButtons(this.words, {
    zoomIn: () => this.view?.map.zoomIn(),
    zoomOut: () => this.view?.map.zoomOut(),
    home: () => this.view?.flyHome(),
  });
  private readonly street = new StreetCard(
    this.city,
    this.words,
    (segment) => this.live?.traffic.table.get(segment),
    () => this.view?.highlight(undefined),
  );
  private readonly tabs = new PhoneTabs(this.words, (panel) => {
    if (panel === 'gauges' || panel === 'jams') this.water.show(panel);
  });
  private readonly signIn = new SignIn(
    this.words,
    { restart: () => location.reload() },
    new URLSearchParams(location.search).has('sign-in'),
  );
  private readonly bar = new Bar(this.city, this.words, this.theme, {
    language: (language) => {
      keep(storage(), 'lang', language);
      this.setLanguage(language);
    },
    theme: () => {
      const theme = this.theme === 'night' ? 'day' : 'night';
      keep(storage(), 'theme', theme);
      this.setTheme(theme);
    },
    home: () => this.view?.flyHome(),
  });

  /** The panels are shown before the map is ready, and without a map if there is none. */
  async start(): Promise<void> {
    this.applyDocument();
    document
      .getElementById('page')!
      .replaceChildren(
        this.mapElement,
        this.caption,
        this.mapNote,
        this.bar.element,
        this.alerts.element,
        this.legend.element,
        this.water.element,
        this.street.element,
        this.buttons.element,
        this.tabs.element,
        this.signIn.element,
      );
    this.buttons.element.hidden = true;
    // A long press on a touch screen is not a request for the browser's menu.
    if (this.settings.kiosk) addEventListener('contextmenu', (event) => event.preventDefault());
    void this.signIn.start();
    this.startFeeds();
    const kiosk = this.startKiosk();
    watchPageVersion(() => kiosk.idleMs);
    sendPulses({
      map: () => (this.mapless ? null : this.view?.map),
      connection: () => this.city.connection,
      idleMs: () => kiosk.idleMs,
    });
    await loadFonts();
    await this.startMap();
  }

  private startFeeds(): void {
    const { city, client } = this;
    new CityFeeds(city, client);
    city.on(['alerts', 'stages', 'jams'], () => this.drawOverlays());
    city.on(['notices'], () => this.applyNotices());
    client.onHealth(() => this.judgeConnection());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      this.shownMs = performance.now();
      this.city.connection = 'starting';
      this.city.changed('connection');
    });
  }

  private async startMap(): Promise<void> {
    let view: MapView;
    try {
      const { home, kiosk } = this.settings;
      view = await MapView.create(this.mapElement, this.theme, home, kiosk);
    } catch (error) {
      console.warn('there is no map:', error);
      this.mapElement.replaceChildren(noMapNote());
      this.mapless = true;
      return;
    }
    this.view = view;
    const live = new LiveLayers(view, this.client);
    this.live = live;
    this.buttons.element.hidden = false;
    view.onContext = (there) => {
      this.mapNote.hidden = there;
      setText(this.mapNote, this.words.text('map.lost'));
      this.caption.hidden = true;
      this.street.close();
      if (there) live.repaint();
    };
    view.setTheme(this.theme);
    view.setWords(this.words);
    this.applyNotices();
    this.drawOverlays();
    const open = (layer: string, properties: Record<string, unknown>): void => {
      this.street.close();
      if (layer === 'gauge') return this.water.selectStation(String(properties['station'] ?? ''));
      const name = String(properties['name'] ?? '');
      this.alerts.select(name);
      this.showAlert(this.city.alerts.find((alert) => alert.name === name));
    };
    onTap(view.map, ['alert', 'gauge'], open, (at) => this.showStreet(view, at));
    new Flow(view.map);
    this.expose(view, live);
  }

  /** The street drawn nearest to a point of the screen; without one, no card is shown. */
  private showStreet(view: MapView, at: { x: number; y: number }): void {
    const street = streetAt(view.map, at);
    if (!street) return this.street.close();
    const { lng, lat } = view.map.unproject([street.nearest.x, street.nearest.y]);
    this.street.open({ segment: street.segment, name: street.name, lonDeg: lng, latDeg: lat });
    view.highlight(street);
  }

  private setLanguage(language: Language): void {
    this.words = new Words(language);
    this.applyDocument();
    const { bar, alerts, water, legend, street, buttons, tabs, signIn } = this;
    for (const part of [bar, alerts, water, legend, street, buttons, tabs, signIn])
      part.setWords(this.words);
    this.view?.setWords(this.words);
    this.drawOverlays();
  }

  private setTheme(theme: Theme): void {
    this.theme = theme;
    this.applyDocument();
    this.bar.setTheme(theme);
    this.view?.setTheme(theme);
  }

  private applyNotices(): void {
    const synthetic = this.city.notices.includes('synthetic_terrain');
    this.view?.setHatched(synthetic);
    this.legend.setSyntheticTerrain(synthetic);
  }

  private showAlert(alert: Alert | undefined): void {
    this.markAlert(alert?.name ?? '');
    const { subject } = alert ?? {};
    if (this.city.stages.some((stage) => stage.station === subject))
      this.water.selectStation(subject ?? '');
    if (alert?.location) this.flyTo(alert.location, kAlertZoom);
  }

  /** Highlights an alert on the map; empty: none. */
  private markAlert(name: string): void {
    this.selectedAlert = name;
    this.drawOverlays();
  }

  private drawOverlays(): void {
    const features = overlayFeatures(this.city, this.words, this.selectedAlert);
    this.view?.setOverlay('gauges', features.gauges);
    this.view?.setOverlay('jams', features.jams);
    this.view?.setOverlay('alerts', features.alerts);
  }

  private startKiosk(): Kiosk {
    return new Kiosk({
      tour: this.settings.kiosk,
      stops: () => (this.view && this.mapNote.hidden ? this.tourStops() : []),
      fly: (stop) => {
        this.alerts.select(stop.alert);
        this.markAlert(stop.alert);
        this.flyTo(stop.place, stop.zoom, kTourPitchDeg);
      },
      home: () => {
        if (this.settings.kiosk) this.resetVisitor();
      },
      caption: (text) => {
        this.caption.hidden = text === '';
        this.caption.replaceChildren(text, h('small', {}, this.words.text('tour.hint')));
      },
    });
  }

  /** Restores the settings of the address for the next visitor. */
  private resetVisitor(): void {
    if (this.words.language !== this.settings.language) this.setLanguage(this.settings.language);
    if (this.theme !== this.settings.theme) this.setTheme(this.settings.theme);
    this.alerts.reset();
    this.water.reset();
    this.tabs.reset();
    this.street.close();
    this.markAlert('');
    this.view?.flyHome();
  }

  /** Alerts, worst first, then the longest jams. */
  private tourStops(): Stop[] {
    const alerts = [...this.city.alerts].sort(byUrgency).filter((alert) => alert.location);
    const jams = this.city.jams.filter((jam) => jam.tail ?? jam.head);
    return [
      ...alerts.slice(0, 4).map((alert) => ({
        place: alert.location!,
        zoom: kAlertZoom,
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
    const { city, client } = this;
    const { connected, lost } = client.health;
    const before = `${city.connection} ${city.lost.join()}`;
    const wasLost = city.connection === 'lost';
    const connecting =
      city.connection === 'starting' && performance.now() - this.shownMs < kConnectingMs;
    city.lost = connected ? lost : [];
    if (connected && lost.length === 0) city.connection = 'live';
    else city.connection = connecting ? 'starting' : 'lost';
    if (before === `${city.connection} ${city.lost.join()}`) return;
    document.documentElement.dataset['connection'] = city.connection;
    city.changed('connection');
    if (wasLost && city.connection === 'live') this.view?.serverIsBack();
  }

  private applyDocument(): void {
    const root = document.documentElement;
    root.toggleAttribute('data-kiosk', this.settings.kiosk);
    root.lang = this.words.language;
    root.dataset['theme'] = this.theme;
    document.title = `${this.words.text('title')} – ${this.words.text('city')}`;
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
        hubs: this.client.openings,
        lastClockMs: this.city.clock.updatedMs,
        alerts: this.city.alerts.length,
        stages: this.city.stages.length,
        jams: this.city.jams.length,
      }),
    };
  }
}

/** In both languages, because it is shown only once. */
function noMapNote(): HTMLElement {
  const languages: Language[] = ['vi', 'en'];
  const texts = languages.map((lang) => h('p', { lang }, new Words(lang).text('map.none')));
  return h('div', { class: 'no-map', role: 'status', 'data-testid': 'no-map' }, ...texts);
}

/** Storage may be forbidden; the page works without it. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

void new Page().start();
