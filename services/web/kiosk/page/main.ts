// The supervisor page of a booth: embeds the booth page, covers it with another screen while server or picture are dead, and
// loads the page again. Its address has `view=` with the parameters of the page (`view=lang%3Den`), once per screen side by
// side, and `heap_mib=`.

import './kiosk.css';
import { Box } from './box.js';
import type { Shown } from './picture_watch.js';

/** The state of the kiosk, for the program (kiosk/program) that watches this page in turn. */
export interface Report {
  /** The worst of all boxes. */
  shown: Shown;
  frames: number;
  heapBytes: number;
  serverUp: boolean;
  canDraw: boolean;
}

declare global {
  interface Window {
    citylayersKiosk?: { report(): Report };
  }
}

const kPeriodMs = 500;
/** A period this much longer means that this page did not run. */
const kSuspendedMs = 1500;
const kServerMs = 1000;
const kAnswerMs = 3000;
const kHeapMib = 1024;
const kAgeMs = 12 * 3_600_000;
const kWorstLast: Shown[] = ['picture', 'starting', 'restoring', 'no-server'];

const query = new URLSearchParams(location.search);
const limits = {
  heapBytesMax: Number(query.get('heap_mib') ?? kHeapMib) * 2 ** 20,
  ageMsMax: kAgeMs,
};
const views = query.getAll('view');
const boxes = (views.length > 0 ? views : ['']).map((view) => new Box(pageUrl(view), limits));
let serverUp = false;

/** The booth page is one folder above this one. */
function pageUrl(view: string): string {
  const url = new URL('../', location.href);
  url.search = new URLSearchParams([['kiosk', '1'], ...new URLSearchParams(view)]).toString();
  return url.href;
}

async function checkServer(): Promise<void> {
  const url = new URL('../healthz', location.href);
  try {
    serverUp = (await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(kAnswerMs) })).ok;
  } catch {
    serverUp = false;
  }
  setTimeout(() => void checkServer(), kServerMs);
}

let checkedMs = performance.now();
setInterval(() => {
  const nowMs = performance.now();
  const lateMs = nowMs - checkedMs - kPeriodMs;
  checkedMs = nowMs;
  for (const box of boxes) {
    if (lateMs > kSuspendedMs || document.hidden) box.watch.skip(lateMs + kPeriodMs);
    box.update(serverUp, nowMs);
  }
}, kPeriodMs);

window.citylayersKiosk = {
  report: () => ({
    shown: kWorstLast[Math.max(...boxes.map((box) => kWorstLast.indexOf(box.shown)))]!,
    frames: boxes.reduce((sum, box) => sum + box.watch.frames, 0),
    heapBytes: Math.max(...boxes.map((box) => box.watch.heapBytes)),
    serverUp,
    canDraw: boxes.every((box) => box.watch.canDraw),
  }),
};

document.body.replaceChildren(...boxes.map((box) => box.element));
for (const box of boxes) box.update(false, performance.now());
addEventListener('contextmenu', (event) => event.preventDefault());
void checkServer();
