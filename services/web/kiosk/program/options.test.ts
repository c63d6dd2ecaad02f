import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

const read = (...args: string[]) => readOptions(args, '/opt/kiosk', { RUNTIME_DIRECTORY: '/run/k' });

describe('readOptions', () => {
  it('has defaults for a booth with its server on the same machine', () => {
    expect(read()).toEqual({
      server: new URL('http://127.0.0.1:8080'),
      views: [],
      listen: { host: '127.0.0.1', port: 8090 },
      web: '/opt/kiosk/../web',
      keyFile: '',
      profile: '/run/k/profile',
      heapMib: 1024,
      browser: ['cage', '-d', '--', 'chromium', '--ozone-platform=wayland'],
      flags: [],
    });
  });

  it('takes a view per screen, and flags of the browser after --', () => {
    const { views, flags } = read('--view', 'lang=vi', '--view', 'lang=en', '--', '--headless=new');
    expect(views).toEqual(['lang=vi', 'lang=en']);
    expect(flags).toEqual(['--headless=new']);
  });

  it.each([
    [['--server', 'maps.example.org'], /--server "maps.example.org": must be http/],
    [['--server', 'ftp://a'], /--server "ftp:\/\/a"/],
    [['--listen', '0.0.0.0:8090'], /--listen "0.0.0.0:8090": must be 127.0.0.1:PORT/],
    [['--listen', '127.0.0.1:99999'], /--listen/],
    [['--heap-mib', '1'], /--heap-mib "1": must be an integer from 64 to 16384/],
    [['--srever', 'a'], /--srever/],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
