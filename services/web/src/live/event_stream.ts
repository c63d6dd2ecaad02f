// A server-sent event stream that always comes back: the browser resumes after a broken connection by
// itself (Last-Event-ID); what it gives up on, and silence, are handled here.

/** Heartbeats come every five seconds; a stream silent for longer than this is taken as dead. */
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
  /** Failed attempts in a row. */
  private failures = 0;
  private heardMs = 0;
  /** When the stream was last asked for. */
  private openedMs = 0;
  private checkedMs = Date.now();

  constructor(private readonly options: EventStreamOptions) {
    this.checkTimer = setInterval(() => this.checkSilence(), kCheckMs);
    this.open();
  }

  /** Wall time of the last sign of life; 0 before the first. */
  get lastEventMs(): number {
    return this.heardMs;
  }

  /** Starts anew with the URL as it is now: for a new viewport, or to get a snapshot. */
  restart(): void {
    this.failures = 0;
    this.open();
  }

  /** Ends it for good. */
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
        // An event of a stream that was replaced meanwhile would overwrite what the new one said.
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
    // Spread, so that a hall of screens does not come back at the same instant.
    this.retryTimer = setTimeout(() => this.open(), waitMs * (0.75 + 0.5 * Math.random()));
  }

  private checkSilence(): void {
    const nowMs = Date.now();
    // After a pause of the whole thread (a suspended machine) events may wait behind this check.
    const late = nowMs - this.checkedMs > 3 * kCheckMs;
    this.checkedMs = nowMs;
    if (late || nowMs - Math.max(this.heardMs, this.openedMs) < kSilenceMaxMs) return;
    this.options.onState?.(false);
    this.open();
  }
}
