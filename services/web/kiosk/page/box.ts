// One embedded booth page with the screen that covers it while its picture is not alive.

import { h, setText } from '../../src/ui/dom.js';
import type { Pulse } from '../../src/pulse.js';
import { PictureWatch, type Fault, type Limits, type Shown } from './picture_watch.js';
import { kWords } from './words.js';

export class Box {
  readonly watch: PictureWatch;
  shown: Shown = 'starting';
  private frame: HTMLIFrameElement | undefined;
  private readonly vi = h('p', { lang: 'vi' });
  private readonly en = h('p', { lang: 'en' });
  private readonly cover = h('div', { class: 'cover', role: 'status' }, this.vi, this.en, h('i'));
  readonly element = h('div', { class: 'box' }, this.cover);

  constructor(
    private readonly url: string,
    limits: Limits,
  ) {
    this.watch = new PictureWatch(limits);
    addEventListener('message', ({ source, origin, data }: MessageEvent<Partial<Pulse> | null>) => {
      if (!this.frame || source !== this.frame.contentWindow || origin !== location.origin) return;
      if (data?.type === 'citylayers.pulse') this.watch.received(data as Pulse, performance.now());
    });
  }

  /** Shows what is true now, and loads the page if it has to be. */
  update(serverUp: boolean, nowMs: number): void {
    const { shown, load } = this.watch.judge(serverUp, nowMs);
    if (load) {
      if (load !== 'first') console.warn(`citylayers-kiosk: the page is loaded again: ${load}`);
      this.load(load);
    }
    this.show(shown);
  }

  private show(shown: Shown): void {
    this.shown = shown;
    this.cover.hidden = shown === 'picture';
    if (shown === 'picture') return;
    setText(this.vi, kWords[shown].vi);
    setText(this.en, kWords[shown].en);
  }

  /** A new frame: the old one with its page, its memory and its graphics context is removed. */
  private load(fault: Fault): void {
    this.frame?.remove();
    this.frame = h('iframe', { src: this.url, title: 'citylayers', allow: 'autoplay; fullscreen' });
    this.element.prepend(this.frame);
    this.watch.loading(fault, performance.now());
  }
}
