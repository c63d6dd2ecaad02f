// The shared worker that holds the hub: each page has a port to it.

import { LiveHub } from './live_hub.js';
import type { FromHub, ToHub } from './live_protocol.js';

const ports = new Map<string, MessagePort>();
const hub = new LiveHub((page, message: FromHub) => ports.get(page)?.postMessage(message));
let pages = 0;

addEventListener('connect', (event) => {
  const port = (event as MessageEvent).ports[0]!;
  const page = String(++pages);
  ports.set(page, port);
  port.onmessage = ({ data }: MessageEvent<ToHub>) => {
    hub.receive(page, data);
    if (data.kind === 'bye') ports.delete(page);
  };
});
