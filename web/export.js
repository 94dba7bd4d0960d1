// Contacts out, as a file that a spreadsheet opens.
import { listContacts } from "./calls.js";
import { guarded, save, write } from "./csv.js";
import { say } from "./errors.js";
import { lang, t } from "./i18n.js";
import { announce, toast } from "./toast.js";

/** Spreadsheets in Spanish expect the semicolon, because the comma is in their numbers. */
export const separator = () => (lang() === "es" ? ";" : ",");

const cells = (contact) =>
  [
    contact.first_name,
    contact.last_name,
    contact.email ?? "",
    contact.phone ?? "",
    contact.associated_accounts.map((account) => account.name).join(" | "),
  ].map(guarded);

/** @param {import("./calls.js").Contact[]} contacts */
export function exportRows(contacts) {
  const head = ["first_name", "last_name", "email", "phone", "accounts"].map((name) => t(`head.${name}`));
  const day = new Date().toLocaleDateString("sv");
  save(write([head, ...contacts.map(cells)], separator()), `${t("export.file")}-${day}.csv`);
  toast(t("export.done", { n: contacts.length }), { kind: "good" });
}

let running = false;

/** Everything that a list's filters find, page by page. @param {object} filters */
export async function exportContacts(filters) {
  if (running) return;
  running = true;
  const stop = new AbortController();
  const notice = toast(t("export.running", { n: 0 }), { ms: 2 ** 31 - 1, gone: () => stop.abort() });
  const rows = [];
  try {
    for (let page = null; page !== undefined;) {
      const answer = await listContacts({ ...filters, page, page_size: 1000 }, { signal: stop.signal, lane: "back" });
      rows.push(...answer.data);
      notice.card.querySelector("p").textContent = t("export.running", { n: rows.length });
      page = answer.next_page ?? undefined;
    }
    exportRows(rows);
  } catch (error) {
    if (stop.signal.aborted) announce(t("bulk.stopped"));
    else toast(say(error), { kind: "bad" });
  }
  running = false;
  notice.close();
}
