// A test runner of one page of code: tests run in order, since they share a server and a browser.

/** How long a page may take for anything: software draws its map, on a machine that does other things too. */
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

/** Waits until `condition` holds and returns its value; fails with `what` when patience ends. */
export async function until(what, condition) {
  const endMs = Date.now() + kPatienceMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`not within ${kPatienceMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function expect(condition, what) {
  if (!condition) throw new Error(what);
}

/** Runs all tests; the closing line is what ./run test counts. Returns the number of failures. */
export async function runTests(context) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  // The first one opens the page that others go on with.
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
