// Formats numbers, units, times and ages in each language. Times are always in the city's time zone.

export type Language = 'vi' | 'en';

export const kTimeZone = 'Asia/Ho_Chi_Minh';
/** Between a number and its unit, which stay on one line. */
const kThinGap = ' ';

const locales: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' };

export function number(value: number, decimals: number, language: Language): string {
  return new Intl.NumberFormat(locales[language], {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** A water level with its unit: "1,52 m" / "1.52 m". */
export function metres(value: number, language: Language): string {
  return `${number(value, 2, language)}${kThinGap}m`;
}

/** A length along a street: "640 m", "1,8 km". */
export function distance(value: number, language: Language): string {
  if (value < 995) return `${number(Math.round(value / 10) * 10, 0, language)}${kThinGap}m`;
  return `${number(value / 1000, 1, language)}${kThinGap}km`;
}

/** "17:42" */
export function clockTime(timeMs: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: kTimeZone,
  }).format(timeMs);
}

/** "thứ Sáu", "Chủ nhật" / "Friday" */
export function weekday(timeMs: number, language: Language): string {
  const text = new Intl.DateTimeFormat(locales[language], {
    weekday: 'long',
    timeZone: kTimeZone,
  }).format(timeMs);
  if (language !== 'vi') return text;
  // Within a line Vietnamese writes "thứ Sáu", not "Thứ Sáu"; Sunday's name does not follow that pattern.
  if (text.startsWith('Chủ')) return 'Chủ nhật';
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Hour of day in the city, 0 to 24 with minutes as a fraction. */
export function cityHour(timeMs: number): number {
  // The city has kept UTC+7 without summer time since 1975.
  return (((timeMs / 3_600_000 + 7) % 24) + 24) % 24;
}

export interface Age {
  unit: 'second' | 'minute' | 'hour';
  count: number;
}

/** An age in the largest unit of which it has at least one. */
export function age(ageMs: number): Age {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 60) return { unit: 'second', count: seconds };
  if (seconds < 3600) return { unit: 'minute', count: Math.floor(seconds / 60) };
  return { unit: 'hour', count: Math.floor(seconds / 3600) };
}
