// Words in the user's language. `t` looks a sentence up at the moment it is shown, so a view that is made anew is
// in the new language.
import en from "./en.js";
import es from "./es.js";
import { keep } from "./prefs.js";

/** @type {Record<string, Record<string, any>>} */
const LANGUAGES = { es, en };

export const lang = () => document.documentElement.lang;

/** @param {string} value "es" or "en" */
export function setLang(value) {
  document.documentElement.lang = value;
  keep("lang", value);
}

export const number = (value) => new Intl.NumberFormat(lang()).format(value);

/**
 * A sentence; where it has forms for one and for several, `values.n` decides.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  let text = LANGUAGES[lang()][key];
  if (typeof text === "object") text = text[new Intl.PluralRules(lang()).select(+values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : value;
  });
}

/** "40 s", "3 min", "2 h". @param {number} seconds */
export function duration(seconds) {
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return new Intl.NumberFormat(lang(), { style: "unit", unit }).format(Math.max(1, Math.ceil(value)));
}
