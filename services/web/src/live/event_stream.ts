// A server-sent event stream that always reconnects: the browser resumes a broken connection by itself (Last-Event-ID);
// this class handles refused and stalled streams.

/** Heartbeats come every five seconds; a stream without events for longer than this counts as broken. */
export const kSilenceMaxMs = 8000;
const kCheckMs = 1000;
const kRetryMinMs = 1000;
const kRetryMaxMs = 5000;

export interface EventStreamOptions {
  url: () => string;
  /** Handlers by event name; the argument is the parsed JSON of `data`. */
  on: Record<string, (data: unknown) => void>;
  /** Called when the stream comes up and when it goes down. */
  onState?: (open: boolean) => void;
}

export class EventStream {
  private source: EventSource | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly checkTimer: ReturnType<typeof setInterval>;
  /** Consecutive failed attempts. */
  private failures = 0;
  private heardMs = 0;
  /** Time at which the stream was last opened. */
  private openedMs = 0;
  private checkedMs = Date.now();

  constructor(private readonly options: EventStreamOptions) {
    this.checkTimer = setInterval(() => this.checkSilence(), kCheckMs);
    this.open();
  }

  /** Wall time of the last event; 0 before the first. */
  get lastEventMs(): number {
    return this.heardMs;
  }

  /** Opens a new stream with the present URL: for a new viewport, or to receive a snapshot. */
  restart(): void {
    this.failures = 0;
    this.open();
  }

  /** Closes the stream permanently. */
  close(): void {
    clearInterval(this.checkTimer);
    this.drop();
    this.options.onState?.(false);
  }

  private drop(): void {
    clearTimeout(this.retryTimer);
    this.source?.close();
  }

  private open(): void {
    this.drop();
    const source = new EventSource(this.options.url());
    this.source = source;
    this.openedMs = Date.now();
    source.onopen = () => {
      this.failures = 0;
      this.heardMs = Date.now();
      this.options.onState?.(true);
    };
    source.onerror = () => {
      this.options.onState?.(false);
      // CONNECTING: the browser tries again, with Last-Event-ID. CLOSED: it has given up.
      if (source.readyState === EventSource.CLOSED) this.retryLater();
    };
    for (const [name, handle] of Object.entries(this.options.on)) {
      source.addEventListener(name, (event) => {
        // An event of a stream that was replaced meanwhile would overwrite newer state.
        if (source !== this.source) return;
        this.heardMs = Date.now();
        this.options.onState?.(true);
        handle(JSON.parse((event as MessageEvent<string>).data));
      });
    }
  }

  private retryLater(): void {
    const waitMs = Math.min(kRetryMaxMs, kRetryMinMs * 2 ** this.failures++);
    clearTimeout(this.retryTimer);
    // Randomized, so that many screens do not reconnect at the same instant.
    this.retryTimer = setTimeout(() => this.open(), waitMs * (0.75 + 0.5 * Math.random()));
  }

  private checkSilence(): void {
    const nowMs = Date.now();
    // After a pause of the whole thread (a suspended machine) events may be queued behind this check.
    const late = nowMs - this.checkedMs > 3 * kCheckMs;
    this.checkedMs = nowMs;
    if (late || nowMs - Math.max(this.heardMs, this.openedMs) < kSilenceMaxMs) return;
    this.options.onState?.(false);
    this.open();
  }
}
