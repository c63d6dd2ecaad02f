// Attacks of a hostile page. Each function runs in the browser, in a page of the attacker (page.evaluate), and therefore
// uses nothing outside of itself. `city` is the origin under attack.

/** The content types that a page may send to other origins without asking, and those that need a preflight. */
export const kSimpleTypes = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''];
export const kAskedTypes = ['application/json', 'application/proto', 'application/grpc-web+proto'];
export const kFormTypes = kSimpleTypes.slice(0, 3);

/** Submits a form of each type to each target. Resolves when the answers are shown, or their refusal. */
export async function submitForms({ city, writes, types }) {
  await Promise.all(
    writes.flatMap(({ path, json }, i) =>
      types.map(
        (type, k) =>
          new Promise((resolve) => {
            const frame = document.createElement('iframe');
            frame.name = `form-${i}-${k}`;
            document.body.append(frame);
            const form = document.createElement('form');
            Object.assign(form, { action: city + path, method: 'POST', enctype: type, target: frame.name });
            const field = document.createElement('input');
            // As text/plain the body is `name=value`: JSON with a "=" in a text.
            field.name = '{"pad":"';
            field.value = `",${json.slice(1)}`;
            form.append(field);
            document.body.append(form);
            form.submit();
            frame.addEventListener('load', resolve);
            setTimeout(resolve, 5000);
          }),
      ),
    ),
  );
}

/** Calls each target by fetch in all ways. Returns what the page could read: [{ what, status, text }]. */
export async function fetchAll({ city, writes, reads, types }) {
  const readable = [];
  const one = async (what, path, init) => {
    const reply = await fetch(city + path, { ...init, signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (!reply || reply.type === 'opaque') return;
    const reader = reply.body?.getReader(); // of a stream, only the beginning
    const { value } = (await reader?.read().catch(() => undefined)) ?? {};
    void reader?.cancel();
    readable.push({ what, status: reply.status, text: new TextDecoder().decode(value ?? new Uint8Array()) });
  };
  const jobs = [];
  for (const credentials of ['include', 'omit']) {
    for (const mode of ['cors', 'no-cors']) {
      const how = { credentials, mode };
      for (const path of reads) jobs.push(one(`GET ${path}, ${mode}, ${credentials}`, path, how));
      for (const { path, json } of writes) {
        for (const type of types) {
          const body = new Blob([json], { type });
          jobs.push(one(`POST ${path}, ${type}, ${mode}, ${credentials}`, path, { ...how, method: 'POST', body }));
        }
      }
    }
    const how = { credentials, headers: { 'x-csrf-token': 'guess' } };
    jobs.push(one(`DELETE /session, ${credentials}`, '/session', { ...how, method: 'DELETE' }));
  }
  await Promise.all(jobs);
  return readable;
}

/** Sends each body as a beacon. */
export function sendBeacons({ city, writes, types }) {
  for (const { path, json } of writes) {
    for (const type of types) navigator.sendBeacon(city + path, new Blob([json], { type }));
  }
}

/** Loads addresses as image, script, style, object and frame. Returns those that the browser accepted. */
export async function loadTags({ city, paths }) {
  const accepted = [];
  const one = (path, tag, attribute, more = {}) =>
    new Promise((resolve) => {
      const element = Object.assign(document.createElement(tag), more, { [attribute]: city + path });
      element.addEventListener('load', () => resolve(accepted.push(`${tag} ${path}`)));
      element.addEventListener('error', resolve);
      setTimeout(resolve, 5000);
      document.body.append(element);
    });
  await Promise.all(
    paths.flatMap((path) => [
      one(path, 'img', 'src'),
      one(path, 'script', 'src'),
      one(path, 'link', 'href', { rel: 'stylesheet' }),
    ]),
  );
  return accepted;
}

/** Opens streams and sockets. Returns those that opened. */
export async function openStreams({ city, paths }) {
  const opened = [];
  const one = (path, withCredentials) =>
    new Promise((resolve) => {
      const source = new EventSource(city + path, { withCredentials });
      const end = (isOpen) => {
        source.close();
        if (isOpen) opened.push(`EventSource ${path}`);
        resolve();
      };
      source.onopen = source.onmessage = () => end(true);
      source.onerror = () => end(false);
    });
  const socket = (path) =>
    new Promise((resolve) => {
      const wire = new WebSocket(city.replace('http', 'ws') + path);
      wire.onopen = () => resolve(opened.push(`WebSocket ${path}`));
      wire.onerror = wire.onclose = resolve;
    });
  await Promise.all(paths.flatMap((path) => [one(path, true), one(path, false), socket(path)]));
  return opened;
}

/** Opens the city's page in a window and tries to read it. Returns what it saw. */
export async function spyOnWindow({ city }) {
  const seen = [];
  const other = window.open(`${city}/`, 'spied');
  if (!other) return ['no window'];
  // A page with Cross-Origin-Opener-Policy takes its window away from who opened it.
  for (let i = 0; i < 100 && !other.closed; i++) await new Promise((done) => setTimeout(done, 50));
  if (!other.closed) seen.push('the window is still held');
  for (const read of [() => other.document.body.textContent, () => other.citylayers, () => other.location.href]) {
    try {
      const value = read();
      if (value) seen.push(String(value));
    } catch {
      // The browser refuses it.
    }
  }
  return seen;
}

/** Embeds the city's page. Resolves when the frames have loaded it, or its refusal. */
export async function embed({ city, paths }) {
  await Promise.all(
    paths.map(
      (path) =>
        new Promise((resolve) => {
          const frame = Object.assign(document.createElement('iframe'), { src: city + path, name: `embedded ${path}` });
          frame.addEventListener('load', resolve);
          setTimeout(resolve, 5000);
          document.body.append(frame);
        }),
    ),
  );
}
