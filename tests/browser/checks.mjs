// A minimal test runner: tests run in order, because they share a server and a browser.

/** Maximum wait for a state of the page: the map is drawn in software, on a shared machine. */
export const kPatienceMs = 1000 * Number(process.env.CITYLAYERS_PATIENCE_S ?? 60);

const tests = [];

/** Registers a test. It may return skip(reason). */
export function test(name, body) {
  tests.push({ name, body });
}

class Skipped {
  constructor(reason) {
    this.reason = reason;
  }
}

export function skip(reason) {
  return new Skipped(reason);
}

/** Waits until `condition` holds and returns its value; fails with `what` after `patienceMs`. */
export async function until(what, condition, patienceMs = kPatienceMs) {
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function expect(condition, what) {
  if (!condition) throw new Error(what);
}

/** Runs all tests and prints the closing line that ./run test counts. Returns the number of failures. */
export async function runTests(context) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  // The first test opens the page used by the others.
  const wanted = new RegExp(process.env.CITYLAYERS_TESTS ?? '');
  for (const { name, body } of tests.filter((one, i) => i === 0 || wanted.test(one.name))) {
    const startMs = Date.now();
    try {
      const result = await body(context);
      const outcome = result instanceof Skipped ? 'skipped' : 'passed';
      counts[outcome]++;
      console.log(
        `${outcome === 'passed' ? 'ok  ' : 'skip'} ${name} (${Date.now() - startMs} ms)${result instanceof Skipped ? `: ${result.reason}` : ''}`,
      );
    } catch (error) {
      counts.failed++;
      console.log(
        `FAIL ${name}\n     ${String(error?.message ?? error)
          .split('\n')
          .join('\n     ')}`,
      );
      await context.onFailure?.(name);
    }
    await context.afterEach?.();
  }
  console.log(
    `browser: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  );
  return counts.failed;
}
