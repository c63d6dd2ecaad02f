// Polls data that have no stream, every few seconds and also after failures; not while the page is hidden, and at once
// when it is shown again.

export interface Poller {
  /** Polls now, in addition. */
  now(): void;
  stop(): void;
}

/** Calls `ask` at once and then `periodMs` after each answer; `onResult` receives the success of each call. */
export function poll(
  periodMs: number,
  ask: () => Promise<void>,
  onResult: (ok: boolean) => void = () => {},
): Poller {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let running = false;
  const turn = async (): Promise<void> => {
    clearTimeout(timer);
    if (running || stopped || document.hidden) return;
    running = true;
    try {
      await ask();
      onResult(true);
    } catch {
      // Expected while the server restarts: the state of the connection shows it.
      onResult(false);
    }
    running = false;
    if (!stopped) timer = setTimeout(() => void turn(), periodMs);
  };
  const onVisibility = (): void => void turn();
  document.addEventListener('visibilitychange', onVisibility);
  void turn();
  return {
    now: () => void turn(),
    stop: () => {
      stopped = true;
      document.removeEventListener('visibilitychange', onVisibility);
      clearTimeout(timer);
    },
  };
}
