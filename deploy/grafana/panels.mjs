// The dashboards as data: per dashboard its panels, per panel its queries. generate.mjs makes Grafana's JSON of it.

/** Restricts a query to the chosen process; `$instance` is the variable of every dashboard. */
const at = 'instance=~"$instance"';
const rate = (metric, labels = '') => `rate(${metric}{${at}${labels ? `, ${labels}` : ''}}[$__rate_interval])`;
const gauge = (metric, labels = '') => `${metric}{${at}${labels ? `, ${labels}` : ''}}`;
const by = (label, query) => `sum by (${label}) (${query})`;
/** p50 and p99 of a histogram, by a label. */
const quantiles = (metric, label) =>
  [0.5, 0.99].map((q) => ({
    query: `histogram_quantile(${q}, sum by (le, ${label}) (${rate(`${metric}_bucket`)}))`,
    legend: `{{${label}}} p${q * 100}`,
  }));

/** A panel: title, unit of Grafana, what it shows, [{ query, legend }]. */
const panel = (title, unit, description, ...queries) => ({ title, unit, description, queries: queries.flat() });
const line = (query, legend = '{{instance}}') => ({ query, legend });

export const kDashboards = [
  {
    uid: 'citylayers-readings',
    title: 'citylayers: readings',
    panels: [
      panel('Readings stored', 'short', 'Per second.', line(rate('citylayers_readings_ingested_total'))),
      panel('Readings rejected', 'short', 'Per second, by reason.', line(by('reason', rate('citylayers_readings_rejected_total')), '{{reason}}')),
      panel('Time to store a batch', 's', 'From its arrival to its acknowledgement: it is on disk.', quantiles('citylayers_readings_append_seconds', 'instance')),
      panel('Time of one write to disk', 's', 'One synced write has all batches that wait.', line(`${rate('citylayers_readings_sync_seconds_total')} / ${rate('citylayers_readings_syncs_total')}`)),
      panel('Batches that wait for the disk', 'short', 'More than a few: the disk is slower than the load.', line(gauge('citylayers_readings_queued_batches'))),
      panel('Store on disk', 'bytes', 'All files, and of these the batches in the log.', line(gauge('citylayers_readings_disk_bytes'), 'all'), line(gauge('citylayers_readings_log_bytes'), 'log')),
      panel('Known measures, sources', 'short', 'Measures, and the sources whose batch numbers are remembered.', line(gauge('citylayers_readings_series'), 'measures'), line(gauge('citylayers_readings_dedupe_sources'), 'sources')),
      panel('Losses and failed writes', 'short', 'Each must be 0.', line(gauge('citylayers_readings_lost_batches'), 'lost batches'), line(gauge('citylayers_readings_lost_chunks'), 'lost chunks'), line(gauge('citylayers_readings_failed_batches_total'), 'failed batches')),
    ],
  },
  {
    uid: 'citylayers-layers',
    title: 'citylayers: layers',
    panels: [
      panel('Readings folded', 'short', 'Per second and layer.', line(by('layer', rate('citylayers_layer_readings_total')), '{{layer}}')),
      panel('Publications', 'short', 'Per second: four when a layer is healthy.', line(by('layer', rate('citylayers_layer_publish_seconds_count')), '{{layer}}')),
      panel('Time to compute the state', 's', 'Of one publication.', quantiles('citylayers_layer_publish_seconds', 'layer')),
      panel('Versions held for resumes', 'short', 'A client within these receives deltas, others a snapshot.', line(gauge('citylayers_layer_history_versions'), '{{layer}}')),
      panel('Jams', 'short', 'Current number.', line(gauge('citylayers_traffic_jams'))),
      panel('Watchers', 'short', 'Streams that begin, per second.', line(by('grpc_method', rate('grpc_server_started_total', 'grpc_method=~".*Watch.*"')), '{{grpc_method}}')),
    ],
  },
  {
    uid: 'citylayers-gateway',
    title: 'citylayers: gateway',
    panels: [
      panel('HTTP requests', 'reqps', 'By route.', line(by('route', rate('citylayers_http_requests_total')), '{{route}}')),
      panel('HTTP requests by status', 'reqps', '5xx must be rare.', line(by('code', rate('citylayers_http_requests_total')), '{{code}}')),
      panel('Mean time of a request', 's', 'From the complete request to its answer.', line(`${by('route', rate('citylayers_http_handling_seconds_total'))} / ${by('route', rate('citylayers_http_requests_total'))}`, '{{route}}')),
      panel('Tiles', 'reqps', 'hit: cached; confirmed: unchanged by its tag; filled: encoded; stale, failed: its server does not answer.', line(by('result', rate('citylayers_gateway_tiles_total')), '{{result}}')),
      panel('Connections and streams', 'short', 'Open now.', line(gauge('citylayers_http_connections'), 'HTTP connections'), line(gauge('citylayers_http_streams'), 'HTTP streams'), line(gauge('citylayers_grpc_connections'), 'gRPC connections')),
      panel('Bytes sent', 'Bps', 'HTTP answers.', line(rate('citylayers_http_sent_bytes_total'))),
      panel('Tile cache', 'bytes', 'Cached tiles, and texts that streams share.', line(gauge('citylayers_gateway_tile_cache_bytes'), 'tiles'), line(gauge('citylayers_gateway_live_texts_bytes'), 'texts')),
      panel('Refused and cut', 'short', 'Per second: over a limit.', line(rate('citylayers_http_connections_refused_total'), 'HTTP connections'), line(rate('citylayers_http_timeouts_total'), 'HTTP timeouts'), line(rate('citylayers_http_bad_requests_total'), 'malformed'), line(by('reason', rate('citylayers_grpc_connections_refused_total')), 'gRPC {{reason}}')),
      panel('Memory by share', 'percentunit', 'Used part of each share of server.memory_max.', line(`${gauge('citylayers_memory_used_bytes')} / ${gauge('citylayers_memory_limit_bytes')}`, '{{share}}')),
    ],
  },
  {
    uid: 'citylayers-alerts',
    title: 'citylayers: alerts',
    panels: [
      panel('Active alerts', 'short', 'Not resolved; of these without data.', line(gauge('citylayers_alerts_active'), 'active'), line(gauge('citylayers_alerts_silent'), 'without data')),
      panel('Inputs that cannot be read', 'short', '1: the alerts of this list keep their state.', line(gauge('citylayers_alerts_input_down'), '{{input}}')),
      panel('Gauges and lists without data', 'short', 'The rules cannot evaluate them.', line(gauge('citylayers_alerts_data_gaps'))),
      panel('Time of an evaluation', 's', 'With the write of its result.', quantiles('citylayers_alerts_evaluation_seconds', 'instance')),
      panel('Failed evaluations', 'short', 'Per second: their result could not be stored.', line(rate('citylayers_alerts_failed_evaluations_total'))),
      panel('Results cut off by a limit', 'short', 'Per second, by the option alerts.*.', line(by('limit', rate('citylayers_alerts_cut_off_total')), '{{limit}}')),
    ],
  },
  {
    uid: 'citylayers-access',
    title: 'citylayers: access',
    panels: [
      panel('Calls by outcome', 'reqps', 'gRPC.', line(by('grpc_code', rate('grpc_server_handled_total')), '{{grpc_code}}')),
      panel('Refused for their key', 'reqps', 'UNAUTHENTICATED: no valid key; PERMISSION_DENIED: a scope is missing.', line(by('grpc_code, grpc_method', rate('grpc_server_handled_total', 'grpc_code=~"UNAUTHENTICATED|PERMISSION_DENIED"')), '{{grpc_code}} {{grpc_method}}')),
      panel('Refused over HTTP', 'reqps', '4xx by route: 401 and 403 among them.', line(by('route', rate('citylayers_http_requests_total', 'code="4xx"')), '{{route}}')),
      panel('Over a limit', 'reqps', 'RESOURCE_EXHAUSTED by method, and requests refused for memory by share.', line(by('grpc_method', rate('grpc_server_handled_total', 'grpc_code="RESOURCE_EXHAUSTED"')), '{{grpc_method}}'), line(by('share', rate('citylayers_memory_refused_total')), 'memory {{share}}')),
      panel('Changes of keys', 'short', 'Calls of KeyService in an hour.', line(`sum by (grpc_method, grpc_code) (increase(grpc_server_handled_total{${at}, grpc_method=~"KeyService/.*"}[1h]))`, '{{grpc_method}} {{grpc_code}}')),
      panel('Time of calls', 's', 'p99 by method.', line(`histogram_quantile(0.99, sum by (le, grpc_method) (${rate('grpc_server_handling_seconds_bucket')}))`, '{{grpc_method}}')),
      panel('Versions', 'short', 'Of each process.', line(gauge('citylayers_build_info'), '{{instance}} {{version}} {{commit}}')),
    ],
  },
];
