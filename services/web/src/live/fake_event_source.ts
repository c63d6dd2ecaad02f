// Test doubles: event streams without a network, and a document that can be hidden.

export class FakeEventSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  /** All opened streams, in order. */
  static all: FakeEventSource[] = [];

  readyState = FakeEventSource.CONNECTING;
  onopen: (() => void) | undefined;
  onerror: (() => void) | undefined;
  private readonly handlers = new Map<string, (event: { data: string }) => void>();

  constructor(readonly url: string) {
    FakeEventSource.all.push(this);
  }

  static get last(): FakeEventSource {
    return FakeEventSource.all.at(-1)!;
  }

  static get openCount(): number {
    return FakeEventSource.all.filter((one) => one.readyState !== FakeEventSource.CLOSED).length;
  }

  addEventListener(name: string, handle: (event: { data: string }) => void): void {
    this.handlers.set(name, handle);
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }

  /** The server's answer begins. */
  answer(): void {
    this.readyState = FakeEventSource.OPEN;
    this.onopen?.();
  }

  send(name: string, data: object): void {
    this.handlers.get(name)?.({ data: JSON.stringify(data) });
  }

  /** The browser gives up the stream, as after an answer other than 200. */
  giveUp(): void {
    this.readyState = FakeEventSource.CLOSED;
    this.onerror?.();
  }
}

/** Replaces `document` where only its visibility matters. */
export class FakeDocument extends EventTarget {
  hidden = false;

  setHidden(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}
