// What the browser may take away at any time: the graphics context of the map. While it is gone the map has
// no style, and most of its methods throw.

import type { Map as MapLibreMap } from 'maplibre-gl';

/** True while the map has lost its context: nothing can be drawn, set or asked for. */
export function isLost(map: object): boolean {
  return (map as Partial<MapLibreMap>).style === null;
}

/** A page whose map has not come back for so long starts over, if that helped not long ago. */
const kGiveUpMs = 20_000;
const kReloadPauseMs = 300_000;
const kReloadedKey = 'citylayers.reloaded';

export interface ContextEvents {
  lost(): void;
  /** The map has its style again; what is not in the style has to be put on it anew. */
  restored(): void;
}

export function watchContext(map: MapLibreMap, events: ContextEvents): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  map.on('webglcontextlost', () => {
    events.lost();
    timer ??= setTimeout(reload, kGiveUpMs);
  });
  map.on('webglcontextrestored', () => {
    clearTimeout(timer);
    timer = undefined;
    events.restored();
  });
}

/** Not again and again: what a reload did not cure a second one will not. */
function reload(): void {
  try {
    const before = Number(sessionStorage.getItem(kReloadedKey) ?? 0);
    if (Date.now() - before < kReloadPauseMs) return;
    sessionStorage.setItem(kReloadedKey, String(Date.now()));
  } catch {
    return; // without a memory it could go on for ever
  }
  location.reload();
}
