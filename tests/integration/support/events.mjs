// A client of Server-Sent Events, by the standard, for tests.

/** Opens a stream; next() returns the next event { id, event, data }, or the next one of a name. */
export async function openEvents(url, headers = {}) {
  const abort = new AbortController();
  const reply = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  if (!reply.ok) throw new Error(`${url}: HTTP ${reply.status}: ${await reply.text()}`);
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';

  async function nextEvent() {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`${url} ended`);
        text += value;
        continue;
      }
      const event = {};
      for (const line of text.slice(0, end).split('\n')) {
        const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field) event[field] = value;
      }
      text = text.slice(end + 2);
      if (event.data !== undefined) return event; // others set `retry` or are comments
    }
  }

  return {
    reply,
    close: () => abort.abort(),
    async next(name) {
      for (;;) {
        const event = await nextEvent();
        if (!name || event.event === name) return event;
      }
    },
  };
}
