// The colours of both themes, named by their use. They are the only source of colours for the map style, the page's
// overlays, and (through custom properties) the style sheets.

export type Theme = 'night' | 'day';

export interface Palette {
  land: string;
  block: string;
  park: string;
  water: string;
  waterEdge: string;
  waterLabel: string;
  /** Local streets to trunk roads. */
  roadLocal: string;
  roadTertiary: string;
  roadSecondary: string;
  roadPrimary: string;
  roadTrunk: string;
  roadCasing: string;
  bridgeCasing: string;
  boundary: string;
  label: string;
  labelQuiet: string;
  labelHalo: string;
  /** Traffic by level: slow, queuing, stationary, closed. Free roads stay unlit. */
  slow: string;
  queuing: string;
  stationary: string;
  closed: string;
  closedDash: string;
  /** Flood by class: ponding, shallow, flooded, deep. */
  flood: readonly [string, string, string, string];
  /** Alerts by severity: minor, moderate, severe, extreme. */
  severity: readonly [string, string, string, string];
}

export const palettes: Record<Theme, Palette> = {
  night: {
    land: '#0F1722',
    block: '#131D2B',
    park: '#12241F',
    water: '#0A2A43',
    waterEdge: '#15446B',
    waterLabel: '#4F86B5',
    roadLocal: '#1E2A3B',
    roadTertiary: '#233246',
    roadSecondary: '#293A50',
    roadPrimary: '#2F4159',
    roadTrunk: '#34465E',
    roadCasing: '#0F1722',
    bridgeCasing: '#0B121B',
    boundary: '#2B3B50',
    label: '#C9D6E6',
    labelQuiet: '#8496AD',
    labelHalo: '#0F1722',
    slow: '#F2C14E',
    queuing: '#F08A24',
    stationary: '#E5432D',
    closed: '#7A0F1E',
    closedDash: '#FFFFFF',
    flood: ['#7FD6F2', '#3FA9E0', '#2F6FD0', '#5B3FC4'],
    severity: ['#8FB8DE', '#F2C14E', '#F08A24', '#E5432D'],
  },
  day: {
    land: '#F4F1EA',
    block: '#ECE8DF',
    park: '#E0EAD9',
    water: '#BBD7E8',
    waterEdge: '#9CC3DB',
    waterLabel: '#39708F',
    roadLocal: '#FFFFFF',
    roadTertiary: '#FFFFFF',
    roadSecondary: '#FFFBEF',
    roadPrimary: '#FCF1D6',
    roadTrunk: '#F7E4B4',
    roadCasing: '#D8D1C2',
    bridgeCasing: '#B9B1A0',
    boundary: '#C9C1B1',
    label: '#33404F',
    labelQuiet: '#5D6A79',
    labelHalo: '#F4F1EA',
    slow: '#D9A11F',
    queuing: '#D06F0C',
    stationary: '#C22F1B',
    closed: '#6B0C19',
    closedDash: '#FFFFFF',
    flood: ['#63BFDE', '#2F93C9', '#255BB3', '#4D34A8'],
    severity: ['#3F6F9C', '#9A6B00', '#B85A00', '#B3261A'],
  },
};
