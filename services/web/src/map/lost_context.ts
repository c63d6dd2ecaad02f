// Handling of a lost graphics context, which the browser may take away at any time. Without it the map has no style,
// and most of its methods throw.

import type { Map as MapLibreMap } from 'maplibre-gl';

/** True while the map has lost its context: it cannot draw, and its state cannot be set or read. */
export function isLost(map: object): boolean {
  return (map as Partial<MapLibreMap>).style === null;
}

/** Time without a restored map after which the page reloads, unless it has reloaded recently. */
const kGiveUpMs = 20_000;
const kReloadPauseMs = 300_000;
const kReloadedKey = 'citylayers.reloaded';

export interface ContextEvents {
  lost(): void;
  /** The map has its style again; state that is not in the style has to be set again. */
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

/** Not repeatedly: a second reload would not help where the first did not. */
function reload(): void {
  try {
    const before = Number(sessionStorage.getItem(kReloadedKey) ?? 0);
    if (Date.now() - before < kReloadPauseMs) return;
    sessionStorage.setItem(kReloadedKey, String(Date.now()));
  } catch {
    return; // without storage it could reload endlessly
  }
  location.reload();
}
