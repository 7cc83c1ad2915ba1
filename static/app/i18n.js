/**
 * Languages of the interface: picking a text, plural forms, numbers and dates.
 *
 * Owns no state and knows no screen; the strings and the language are passed in.
 * Chromium ships no Kazakh data for Intl (a date comes out as "M11 22"): Kazakh dates are written here,
 * its numbers as Russian ones.
 *
 * @typedef {'ru' | 'kk' | 'en'} Language
 * @typedef {Record<string, string>} Plural forms by plural category: one, few, many, other
 * @typedef {Partial<Record<Language, string | Plural>>} Entry
 * @typedef {Record<string, Entry>} Strings
 * @typedef {Record<string, string | number>} Vars
 */

/** @type {readonly Language[]} */
export const LANGUAGES = ['ru', 'kk', 'en'];

/** Each language names itself. @type {Record<Language, {name: string, short: string}>} */
export const LANGUAGE_NAMES = {
  ru: { name: 'Русский', short: 'Рус' },
  kk: { name: 'Қазақша', short: 'Қаз' },
  en: { name: 'English', short: 'Eng' },
};

const FALLBACK = 'ru';

/**
 * The first of the person's languages that the interface speaks.
 * @param {readonly string[]} wishes BCP 47 tags, most wanted first
 * @returns {Language}
 */
export function pickLanguage(wishes) {
  for (const wish of wishes) {
    const primary = wish.toLowerCase().split('-')[0];
    const found = LANGUAGES.find((language) => language === primary);
    if (found) return found;
  }
  return FALLBACK;
}

/** The language whose Intl data stands in. @param {string} language */
const dataOf = (language) => (language === 'kk' ? 'ru' : language);

/**
 * The plural category of a number, for example `few`.
 * @param {string} language
 * @param {number} n
 */
export function pluralCategory(language, n) {
  if (language === 'kk') return n === 1 ? 'one' : 'other';
  return new Intl.PluralRules(language).select(n);
}

/**
 * The text of a key. `vars.n` chooses the plural form; `{name}` is replaced by `vars.name`, numbers are
 * written as the language writes them. A key that is missing comes back as itself, so that a gap is seen.
 * @param {Strings} strings
 * @param {string} language
 * @param {string} key
 * @param {Vars} [vars]
 * @returns {string}
 */
export function translate(strings, language, key, vars = {}) {
  const entry = /** @type {Record<string, string | Plural> | undefined} */ (strings[key]);
  if (!entry) return key;
  const used = entry[language] !== undefined ? language : entry[FALLBACK] !== undefined ? FALLBACK : Object.keys(entry)[0];
  if (used === undefined) return key;
  const form = entry[used];
  const text = typeof form === 'string' ? form : form[pluralCategory(used, Number(vars.n ?? 0))] ?? form.other ?? '';
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = vars[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? formatNumber(value, used) : value;
  });
}

/**
 * The text of a `multi` value: the asked language, then Russian, then whatever comes first.
 * @param {Record<string, string> | string | null | undefined} value
 * @param {string} language
 * @returns {string}
 */
export function multi(value, language) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return value[language] || value[FALLBACK] || Object.values(value).find(Boolean) || '';
}

/**
 * @param {number} value
 * @param {string} language
 * @param {Intl.NumberFormatOptions} [options]
 */
export function formatNumber(value, language, options = {}) {
  return new Intl.NumberFormat(dataOf(language), { maximumFractionDigits: 1, ...options }).format(value);
}

/**
 * A calendar date (`YYYY-MM-DD`) or a moment (RFC 3339) as "22 ноября 2026 г."; anything else comes back unchanged.
 * @param {string | null | undefined} value
 * @param {string} language
 * @param {Intl.DateTimeFormatOptions} [options]
 */
export function formatDate(value, language, options = { day: 'numeric', month: 'long', year: 'numeric' }) {
  if (!value) return '';
  const plain = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const moment = new Date(plain ? `${value}T12:00:00Z` : value);
  if (Number.isNaN(moment.getTime())) return value;
  const zoned = plain ? { ...options, timeZone: 'UTC' } : options;
  return language === 'kk' ? kazakhDate(moment, zoned) : new Intl.DateTimeFormat(language, zoned).format(moment);
}

const KAZAKH_MONTHS = ['қаңтар', 'ақпан', 'наурыз', 'сәуір', 'мамыр', 'маусым', 'шілде', 'тамыз', 'қыркүйек', 'қазан', 'қараша', 'желтоқсан'];
/** @type {Record<string, string>} */
const KAZAKH_DAYS = { Mon: 'дүйсенбі', Tue: 'сейсенбі', Wed: 'сәрсенбі', Thu: 'бейсенбі', Fri: 'жұма', Sat: 'сенбі', Sun: 'жексенбі' };

/**
 * "2026 ж. 22 қараша", "22 қар.", "2026 ж. қараша", "22.11.2026": the parts that the options ask for, in the Kazakh order.
 * @param {Date} moment @param {Intl.DateTimeFormatOptions} options
 */
function kazakhDate(moment, options) {
  const { timeZone, year, month, day, weekday } = options;
  if (month === 'numeric' || month === '2-digit') return new Intl.DateTimeFormat('ru', options).format(moment);
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short' }).formatToParts(moment);
  /** @type {Record<string, string>} */
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  const name = KAZAKH_MONTHS[Number(part.month) - 1];
  const written = month === 'short' ? `${name.slice(0, 3)}.` : name;
  const date = [year && `${part.year} ж.`, day && part.day, month && written].filter(Boolean).join(' ');
  return weekday ? [date, KAZAKH_DAYS[part.weekday]].filter(Boolean).join(', ') : date;
}

/**
 * The time of day of a moment, "11:52", where the tablet is.
 * @param {string | null | undefined} iso
 * @param {string} language
 */
export function formatTime(iso, language) {
  if (!iso) return '';
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return '';
  return new Intl.DateTimeFormat(dataOf(language), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(moment);
}

/** @type {Record<Language, string[]>} */
const BYTE_UNITS = {
  ru: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'],
  kk: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'],
  en: ['B', 'KB', 'MB', 'GB', 'TB'],
};

/**
 * @param {number | null | undefined} bytes
 * @param {string} language
 */
export function formatBytes(bytes, language) {
  const units = BYTE_UNITS[/** @type {Language} */ (language)] ?? BYTE_UNITS.en;
  let value = Math.max(0, bytes ?? 0);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatNumber(value, language, { maximumFractionDigits: unit > 1 && value < 10 ? 1 : 0 })} ${units[unit]}`;
}

/**
 * A length of time as "04:17" or "1:02:05".
 * @param {number | null | undefined} ms
 */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.round((ms ?? 0) / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}
