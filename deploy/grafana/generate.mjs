#!/usr/bin/env node
// Writes dashboards/*.json from panels.mjs; --check only compares, and fails when a file differs.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kDashboards } from './panels.mjs';

const kFolder = fileURLToPath(new URL('dashboards/', import.meta.url));
const kColumns = 2;
const kSize = { w: 24 / kColumns, h: 8 };
const source = { type: 'prometheus', uid: '${source}' };

/** A variable of the dashboard that Grafana fills from the labels of a metric. */
const instances = {
  name: 'instance',
  label: 'process',
  type: 'query',
  datasource: source,
  query: { query: 'label_values(citylayers_build_info, instance)', refId: 'instances' },
  refresh: 2,
  includeAll: true,
  multi: true,
  current: { text: 'All', value: '$__all' },
};

function panelOf({ title, unit, description, queries }, index) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    description,
    datasource: source,
    gridPos: { ...kSize, x: (index % kColumns) * kSize.w, y: Math.floor(index / kColumns) * kSize.h },
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 8, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ query, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: source,
      expr: query,
      legendFormat: legend,
    })),
  };
}

export function dashboardOf({ uid, title, panels }) {
  return {
    uid,
    title,
    tags: ['citylayers'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus' }, instances],
    },
    links: [{ type: 'dashboards', title: 'citylayers', tags: ['citylayers'], asDropdown: true, includeVars: true, keepTime: true }],
    panels: panels.map(panelOf),
  };
}

/** File name and text of every dashboard. */
export const files = kDashboards.map((dashboard) => ({
  name: `${dashboard.uid}.json`,
  text: `${JSON.stringify(dashboardOf(dashboard), null, 2)}\n`,
}));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  mkdirSync(kFolder, { recursive: true });
  for (const { name, text } of files) {
    if (!check) writeFileSync(kFolder + name, text);
    else if (readFileSync(kFolder + name, 'utf8') !== text) {
      console.error(`${name} differs: run deploy/grafana/generate.mjs`);
      process.exitCode = 1;
    }
  }
}
