// Messages of the public API in their proto3 JSON form, with the fields that the page uses. The line above each
// interface names its message; messages.test.ts compares them with the .proto files. Fields are optional because proto3
// JSON leaves out default values.

/** A 64-bit number: a string in proto3 JSON. */
export type Int64 = string | number;
/** RFC 3339. */
export type Timestamp = string;

// citylayers.common.v1.LocalizedText
export interface LocalizedText {
  vi?: string;
  en?: string;
}

// citylayers.common.v1.Point
export interface Point {
  lonDeg?: number;
  latDeg?: number;
}

// citylayers.common.v1.CityClock
export interface CityClock {
  mode?: string;
  cityTime?: Timestamp;
  asOfTime?: Timestamp;
  speed?: number;
  holdTime?: Timestamp;
  scenario?: string;
  loopCount?: number;
  held?: boolean;
}

// citylayers.layers.v1.LayerVersion
export interface LayerVersion {
  epoch?: Int64;
  counter?: Int64;
}

// citylayers.layers.v1.TileCoordinate
export interface TileCoordinate {
  z?: number;
  x?: number;
  y?: number;
}

// citylayers.layers.v1.StateValues
export interface StateValues {
  name?: string;
  values?: number[];
}

// citylayers.layers.v1.StateRows
export interface StateRows {
  subLayer?: string;
  idGaps?: number[];
  columns?: StateValues[];
}

// citylayers.layers.v1.Snapshot
export interface Snapshot {
  packId?: string;
  version?: LayerVersion;
  dataTime?: Timestamp;
  rows?: StateRows[];
  stale?: boolean;
}

// citylayers.layers.v1.Delta
export interface Delta {
  packId?: string;
  from?: LayerVersion;
  to?: LayerVersion;
  dataTime?: Timestamp;
  rows?: StateRows[];
  changedTiles?: TileCoordinate[];
  stale?: boolean;
}

// citylayers.layers.v1.Heartbeat
export interface Heartbeat {
  version?: LayerVersion;
  dataTime?: Timestamp;
  stale?: boolean;
}

/** State of one layer in the stream's `notices`: not a message of the API, but of the gateway. */
export interface LayerNotices {
  kind?: string;
  stale?: boolean;
  reachable?: boolean;
  notices?: string[];
  dataTime?: Timestamp;
  packId?: string;
}

// citylayers.flood.v1.Stage
export interface Stage {
  station?: string;
  displayName?: LocalizedText;
  location?: Point;
  stageM?: number;
  readTime?: Timestamp;
  trendMPerH?: number;
  alertLevel?: number;
  alertLevelsM?: number[];
  stale?: boolean;
}

// citylayers.flood.v1.ListStagesResponse
export interface ListStagesResponse {
  stages?: Stage[];
}

// citylayers.flood.v1.FloodedSegment
export interface FloodedSegment {
  name?: string;
  index?: number;
  street?: string;
  depthM?: number;
  floodClass?: string;
  motorbike?: string;
  car?: string;
  bus?: string;
  emergency?: string;
}

// citylayers.flood.v1.ListFloodedSegmentsResponse
export interface ListFloodedSegmentsResponse {
  segments?: FloodedSegment[];
  dataTime?: Timestamp;
}

// citylayers.alerts.v1.Alert
export interface Alert {
  name?: string;
  rule?: string;
  kind?: string;
  severity?: string;
  state?: string;
  level?: number;
  place?: string;
  headline?: LocalizedText;
  instruction?: LocalizedText;
  peakValue?: number;
  value?: number;
  unit?: string;
  location?: Point;
  createTime?: Timestamp;
  updateTime?: Timestamp;
  acknowledgedBy?: string;
  exercise?: boolean;
  subject?: string;
}

// citylayers.alerts.v1.WatchAlertsResponse
export interface WatchAlertsResponse {
  alerts?: Alert[];
  snapshot?: boolean;
}

// citylayers.traffic.v1.Segment
export interface Segment {
  name?: string;
  index?: number;
  street?: string;
  level?: string;
  speedKmh?: number;
  source?: string;
  dataTime?: Timestamp;
  floodDepthM?: number;
}

// citylayers.traffic.v1.ListSegmentsResponse
export interface ListSegmentsResponse {
  segments?: Segment[];
}

// citylayers.traffic.v1.Jam
export interface Jam {
  name?: string;
  street?: string;
  level?: string;
  lengthM?: number;
  delayS?: number;
  speedKmh?: number;
  tail?: Point;
  head?: Point;
  sinceTime?: Timestamp;
  trendM?: number;
}

// citylayers.traffic.v1.ListJamsResponse
export interface ListJamsResponse {
  jams?: Jam[];
}

// citylayers.readings.v1.ReadingColumns
export interface ReadingColumns {
  measures?: string[];
  measureIndexes?: number[];
  timeDeltasMs?: Int64[];
  values?: (number | string)[];
}

// citylayers.readings.v1.QueryReadingsResponse
export interface QueryReadingsResponse {
  readings?: ReadingColumns;
}
