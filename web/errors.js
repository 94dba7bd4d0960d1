// What went wrong, in the user's words. A failure of the service has a code and a text for programs; what is shown
// is a sentence of ours, and the request id where only the log can tell more.
import { t } from "./i18n.js";

/** The service said no. */
export class Refused extends Error {
  /** @param {number} status @param {{ code?: number, info?: string }} body @param {string} requestId */
  constructor(status, body, requestId) {
    super(body.info ?? `status ${status}`);
    this.status = status;
    this.code = body.code ?? 0;
    this.info = body.info ?? "";
    this.requestId = requestId;
  }
}

/** Nobody knows whether it was done: the connection was lost, or the service could not say. */
export class Lost extends Error {
  /** @param {string} [key] of the sentence */
  constructor(key = "error.lost") {
    super(key);
  }
}

const CODES = {
  6: "error.associate",
  7: "error.inactiveAccount",
  8: "error.linked",
  9: "error.linkGone",
  100: "error.notLinked",
  101: "error.roleGone",
  102: "error.roleInUse",
};

/** Whether what was asked for is not there any more, or not the user's. @param {unknown} error */
export const isGone = (error) => error instanceof Refused && [4, 9, 100].includes(error.code);

/** A sentence for somebody who uses the page. @param {unknown} error */
export function say(error) {
  if (error instanceof Lost) return t(error.message);
  if (!(error instanceof Refused)) return t("error.unknown", { id: "–" });
  if (error.code === 4) {
    if (/inactive$/.test(error.info)) return t("error.alreadyInactive");
    if (/already active$/.test(error.info)) return t("error.alreadyActive");
    return t(/^Account/.test(error.info) ? "error.accountGone" : "error.contactGone");
  }
  const key = error.status < 500 || error.code === 6 ? CODES[error.code] : "";
  return key ? t(key) : t(error.status === 503 ? "error.busy" : "error.unknown", { id: error.requestId });
}

/**
 * The field that the service complains of, and a sentence to show beside it; null where it is none of these.
 * @param {unknown} error @param {string[]} fields
 * @returns {[string, string] | null}
 */
export function sayField(error, fields) {
  if (!(error instanceof Refused) || error.code !== 1) return null;
  const [, field, rule] = /^(\S+) (.*)$/.exec(error.info) ?? [];
  if (!fields.includes(field)) return null;
  const [, least, max] = /(1 to|at most) (\d+) characters/.exec(rule) ?? [];
  if (/control/.test(rule)) return [field, t("rule.control")];
  if (field === "email" && /@/.test(rule)) return [field, t("rule.email")];
  if (max) return [field, t(least === "1 to" ? "rule.between" : "rule.most", { max: +max })];
  return [field, t("error.field", { id: error.requestId })];
}
