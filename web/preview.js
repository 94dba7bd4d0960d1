// A file before it is imported: which column is what, and which rows can go in.
import { fieldOf, unguarded } from "./csv.js";
import { h, icon } from "./dom.js";
import { duration, t } from "./i18n.js";
import { button } from "./parts.js";
import { problem, RULES } from "./rules.js";

/** What a contact has. */
export const FIELDS = ["first_name", "last_name", "email", "phone"];
/** Calls a second that are really reached: the limit is ten, and one is left for what is done meanwhile. */
export const PACE = 8.6;

/** The row as it would be sent, and what is wrong with it. */
function check(row, mapping, width) {
  const values = Object.fromEntries(FIELDS.map((field) => [field, unguarded(row[mapping[field]] ?? "")]));
  for (const field of FIELDS) {
    const found = problem(RULES[field], values[field]);
    if (found) return { row, values, why: `${t(field)}: ${t(...found)}`, field };
  }
  return row.slice(width).some((cell) => cell.trim()) ? { row, values, why: t("import.tooWide") } : { row, values };
}

/**
 * @param {{ name: string, headings: string[], data: string[][], other: () => void, saveRejected: (rows: any[]) => void,
 *   start: (good: any[], bad: any[]) => void }} options
 */
export function preview({ name, headings, data, other, saveRejected, start }) {
  const mapping = Object.fromEntries(
    FIELDS.map((field) => [field, headings.findIndex((heading) => fieldOf(heading) === field)]),
  );
  const selects = FIELDS.map((field) => {
    const select = h(
      "select.input",
      {
        id: `map-${field}`,
        onchange: () => {
          mapping[field] = +select.value;
          draw();
        },
      },
      h("option", { value: "-1" }, t("import.noColumn")),
      headings.map((heading, place) =>
        h(
          "option",
          { value: `${place}`, selected: place === mapping[field] },
          heading || t("import.column", { n: place + 1 }),
        ),
      ),
    );
    select.value = `${mapping[field]}`;
    return h(
      "div.field",
      h("label", { for: `map-${field}` }, t(field), !RULES[field].required && h("span.optional", t("optional"))),
      select,
    );
  });
  const below = h("div");
  const element = h(
    "div.import",
    h(
      "section.block",
      h(
        "div.section-head",
        h("h2", icon("file"), name),
        button(t("import.other"), { kind: "quiet", onclick: other }),
      ),
      h("p.hint", t("import.mapping")),
      h("div.mapping", selects),
    ),
    below,
  );

  function draw() {
    if (mapping.first_name < 0 || mapping.last_name < 0) {
      below.replaceChildren(h("p.form-trouble", { role: "alert" }, icon("alert"), t("import.needNames")));
      return;
    }
    const rows = data.map((row) => check(row, mapping, headings.length));
    const good = rows.filter((row) => !row.why);
    const bad = rows.filter((row) => row.why);
    // What is wrong comes first: it is what somebody wants to see before they go on.
    const some = [...bad.slice(0, 4), ...good.slice(0, 8)].slice(0, 8);
    const cell = (entry, field) =>
      h("td", { dir: "auto", class: entry.field === field ? "wrong" : null }, h("span.value", entry.values[field] || "—"));
    below.replaceChildren(
      h(
        "div.stats",
        stat(good.length, "import.ready", "good"),
        stat(bad.length, "import.bad", bad.length ? "bad" : ""),
        stat(duration(good.length / PACE), "import.time"),
      ),
      h(
        "div.table-scroll",
        { tabIndex: 0, role: "region", "aria-label": t("import.preview") },
        h(
          "table",
          h("caption.unseen", t("import.preview")),
          h(
            "thead",
            h(
              "tr",
              [...FIELDS.map((field) => t(field)), t("import.result")].map((text) => h("th", { scope: "col" }, text)),
            ),
          ),
          h(
            "tbody",
            some.map((entry) =>
              h(
                "tr",
                FIELDS.map((field) => cell(entry, field)),
                h("td.verdict", entry.why ? h("span.why", entry.why) : h("span.pill.on", t("import.ok"))),
              ),
            ),
          ),
        ),
      ),
      h(
        "footer.block-foot",
        h("p.hint", t("import.paceShort")),
        bad.length > 0 &&
          button(t("import.saveRejected", { n: bad.length }), {
            icon: "download",
            onclick: () => saveRejected(bad),
          }),
        button(t("import.start", { n: good.length }), {
          kind: "primary",
          icon: "upload",
          disabled: good.length === 0,
          onclick: () => start(good, bad),
        }),
      ),
    );
  }
  draw();
  return element;
}

/** A number and what it is of. */
export const stat = (value, key, kind = "") =>
  h(
    "div",
    { class: `stat ${kind}` },
    h("strong", typeof value === "number" ? t("number", { n: value }) : value),
    h("span", t(key, { n: typeof value === "number" ? value : 0 })),
  );
