// Reports to the supervisor page (kiosk/page) that embeds this page: once per second, whether its picture is alive.

import type { Map as MapLibreMap } from 'maplibre-gl';
import { isLost } from './map/lost_context.js';

/** One report. The supervisor is of the same origin; no other window receives it. */
export interface Pulse {
  type: 'citylayers.pulse';
  /** Drawn since the page was loaded. Each pulse requests one, so that the number rises while the map can be drawn. */
  frames: number;
  /** `starting`: no map yet; `lost`: without graphics context; `none`: this browser cannot draw one. */
  map: 'starting' | 'drawn' | 'lost' | 'none';
  connection: 'starting' | 'live' | 'lost';
  /** Time since the last touch. */
  idleMs: number;
  /** JavaScript heap of the process, with the supervisor; 0 where the browser does not report it. */
  heapBytes: number;
}

export interface PulseSource {
  /** Undefined before there is a map, null when there cannot be one. */
  map(): MapLibreMap | null | undefined;
  connection(): Pulse['connection'];
  idleMs(): number;
}

const kPeriodMs = 1000;

/** Begins to send pulses if this page is embedded in another one. */
export function sendPulses(source: PulseSource): void {
  if (window.parent === window) return;
  let watched: MapLibreMap | undefined;
  let frames = 0;
  setInterval(() => {
    const map = source.map();
    if (map && map !== watched) {
      watched = map;
      map.on('render', () => frames++);
    }
    const pulse: Pulse = {
      type: 'citylayers.pulse',
      frames,
      map: map === null ? 'none' : map === undefined ? 'starting' : isLost(map) ? 'lost' : 'drawn',
      connection: source.connection(),
      idleMs: source.idleMs(),
      heapBytes: heapBytes(),
    };
    window.parent.postMessage(pulse, location.origin);
    if (map && !isLost(map)) map.triggerRepaint();
  }, kPeriodMs);
}

function heapBytes(): number {
  const { memory } = performance as { memory?: { usedJSHeapSize: number } };
  return memory?.usedJSHeapSize ?? 0;
}
