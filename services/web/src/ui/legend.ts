// The legend: two colour ramps, warm for traffic and cool for water; each step has a colour, a width and a word.

import type { Key, Words } from '../i18n/index.js';
import { kDepthClasses } from '../../styles/depth_classes.js';
import { h, svg } from './dom.js';

interface Step {
  key: Key;
  /** Classes and width of the swatch's line. */
  swatch: string;
  width: number;
  note?: string;
}

const kTraffic: Step[] = [
  { key: 'traffic.free', swatch: 'free', width: 2.5 },
  { key: 'traffic.slow', swatch: 'slow', width: 3 },
  { key: 'traffic.queuing', swatch: 'queuing', width: 4.5 },
  { key: 'traffic.stationary', swatch: 'stationary', width: 6 },
  { key: 'traffic.closed', swatch: 'closed', width: 7.5 },
  { key: 'traffic.profile', swatch: 'profile', width: 2 },
];

const kFlood: Step[] = [
  ...kDepthClasses.map(({ id, fromCm }, i): Step => ({
    key: `flood.${id}`,
    swatch: `flood-${i + 1}`,
    width: 12,
    note: `${fromCm} cm`,
  })),
  { key: 'flood.synthetic', swatch: 'hatch', width: 12 },
  { key: 'traffic.wet', swatch: 'wet', width: 3 },
];

export class Legend {
  readonly element: HTMLElement;

  private syntheticTerrain = false;

  constructor(private words: Words) {
    this.element = h('section', {
      class: 'panel legend',
      'data-panel': 'legend',
      'data-testid': 'legend',
    });
    this.setWords(words);
  }

  /** Whether flood water is hatched on the map: then the legend explains it. */
  setSyntheticTerrain(synthetic: boolean): void {
    if (synthetic === this.syntheticTerrain) return;
    this.syntheticTerrain = synthetic;
    this.setWords(this.words);
  }

  setWords(words: Words): void {
    this.words = words;
    const flood = kFlood.filter((step) => step.swatch !== 'hatch' || this.syntheticTerrain);
    this.element.setAttribute('aria-label', words.text('legend.title'));
    const ramp = (title: Key, steps: Step[]): HTMLElement =>
      h(
        'div',
        { class: 'ramp' },
        h('h2', {}, words.text(title)),
        h(
          'ul',
          {},
          ...steps.map((step) =>
            h(
              'li',
              {},
              swatch(step),
              h('span', {}, words.text(step.key)),
              step.note ? h('span', { class: 'note' }, `≥ ${step.note}`) : null,
            ),
          ),
        ),
      );
    this.element.replaceChildren(ramp('legend.traffic', kTraffic), ramp('legend.flood', flood));
  }
}

function swatch({ swatch: name, width }: Step): SVGSVGElement {
  const root = svg('svg', {
    class: `swatch swatch-${name}`,
    viewBox: '0 0 34 16',
    'aria-hidden': 'true',
  });
  const line = (className: string, strokeWidth: number): SVGElement =>
    svg('line', { class: className, x1: 2, x2: 32, y1: 8, y2: 8, 'stroke-width': strokeWidth });
  if (name === 'wet') root.append(line('under', width + 5));
  root.append(line('stroke', width));
  if (name === 'closed')
    root.append(svg('path', { class: 'over', d: 'M7 5l6 6M13 5l-6 6M21 5l6 6M27 5l-6 6' }));
  if (name === 'queuing' || name === 'stationary') {
    root.append(
      svg('path', { class: 'chevrons', d: 'M10 6l2 2l-2 2M17 6l2 2l-2 2M24 6l2 2l-2 2' }),
    );
  }
  if (name === 'hatch')
    root.append(svg('path', { class: 'hatch', d: 'M2 14L14 2M10 14L22 2M18 14L30 2' }));
  return root;
}
