// The documented bounds, checked while somebody types, exactly as the service does: trimmed, composed (NFC), counted
// in code points. The service has the last word all the same.

/** @typedef {{ max: number, required?: boolean, email?: boolean }} Rule */

/** @type {Record<string, Rule>} */
export const RULES = {
  first_name: { max: 50, required: true },
  last_name: { max: 50, required: true },
  email: { max: 50, email: true },
  phone: { max: 50 },
  account_name: { max: 100, required: true },
  role_name: { max: 50, required: true },
};

/** A text as the service keeps it. @param {string} raw */
export const clean = (raw) => raw.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "").normalize("NFC");

/** How many characters the service counts. @param {string} raw */
export const length = (raw) => [...clean(raw)].length;

/**
 * What is wrong with a text, as a key of a sentence and its values; null where nothing is.
 * @param {Rule} rule @param {string} raw
 * @returns {[string, Record<string, number>] | null}
 */
export function problem(rule, raw) {
  const text = clean(raw);
  const count = length(text);
  if (rule.required && count === 0) return ["rule.required", {}];
  if (count > rule.max) return ["rule.max", { max: rule.max, n: count - rule.max }];
  if (/\p{Cc}/u.test(text)) return ["rule.control", {}];
  if (rule.email && count > 0 && !/^[^@\p{White_Space}]+@[^@\p{White_Space}]+$/u.test(text))
    return ["rule.email", {}];
  return null;
}
