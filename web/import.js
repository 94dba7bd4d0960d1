// A CSV file in, through the API like everything else: what goes in is shown before, what can't go in can be taken
// away as a file.
import { createSurely } from "./calls.js";
import { decode, fieldOf, read, save, unguarded, write } from "./csv.js";
import { h, icon } from "./dom.js";
import { Refused, say, sayField } from "./errors.js";
import { separator } from "./export.js";
import { duration, t } from "./i18n.js";
import { button } from "./parts.js";
import { problem, RULES } from "./rules.js";
import { announce, guardLeaving } from "./toast.js";

const FIELDS = ["first_name", "last_name", "email", "phone"];
/** Calls a second that are really reached: the limit is ten, and one is left for what is done meanwhile. */
const PACE = 8.6;
const MOST_BYTES = 50 * 1024 * 1024;

/** @param {{ go: (path: string) => void }} shell */
export function importView({ go }) {
  const body = h("div", { class: "page import" });
  const element = h(
    "div",
    { class: "view" },
    h(
      "header",
      { class: "view-head" },
      h("div", {}, h("h1", { tabIndex: -1 }, t("import.title")), h("p", { class: "count" }, t("import.lead"))),
    ),
    body,
  );
  let stop = new AbortController();

  function choose(trouble = "") {
    const input = h("input", {
      type: "file",
      class: "unseen",
      id: "import-file",
      accept: ".csv,.txt,.tsv,text/csv",
      onchange: () => take(input.files[0]),
    });
    const zone = h(
      "div",
      { class: "drop" },
      h("span", { class: "empty-picture" }, icon("file")),
      h("h2", {}, t("import.drop")),
      h("p", {}, t("import.columns")),
      input,
      h("label", { for: "import-file", class: "button primary" }, icon("upload"), h("span", {}, t("import.choose"))),
      h("p", { class: "form-trouble", role: "alert" }, trouble && icon("alert"), trouble),
    );
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      take(event.dataTransfer.files[0]);
    });
    body.replaceChildren(
      zone,
      h(
        "div",
        { class: "notes" },
        h("section", {}, h("h3", {}, t("import.paceTitle")), h("p", {}, t("import.pace"))),
        h(
          "section",
          {},
          h("h3", {}, t("import.largeTitle")),
          h("p", {}, t("import.large")),
          h("code", {}, "contacts import FILE.csv --user … --workspace …"),
        ),
      ),
    );
  }

  async function take(file) {
    if (!file) return;
    if (file.size > MOST_BYTES) return choose(t("import.tooLarge"));
    const rows = read(decode(await file.arrayBuffer()));
    if (rows.length < 2) return choose(t("import.noRows"));
    const [headings, ...data] = rows;
    const mapping = Object.fromEntries(
      FIELDS.map((field) => [field, headings.findIndex((heading) => fieldOf(heading) === field)]),
    );
    preview(file.name, headings, data, mapping);
  }

  /** The row as it would be sent, and what is wrong with it. */
  function check(row, mapping, width) {
    const values = Object.fromEntries(FIELDS.map((field) => [field, unguarded(row[mapping[field]] ?? "")]));
    for (const field of FIELDS) {
      const found = problem(RULES[field], values[field]);
      if (found) return { row, values, why: `${t(field)}: ${t(...found)}`, field };
    }
    return row.slice(width).some((cell) => cell.trim()) ? { row, values, why: t("import.tooWide") } : { row, values };
  }

  function preview(name, headings, data, mapping) {
    const selects = FIELDS.map((field) => {
      const select = h(
        "select",
        {
          class: "input",
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
        "div",
        { class: "field" },
        h(
          "label",
          { for: `map-${field}` },
          t(field),
          !RULES[field].required && h("span", { class: "optional" }, t("optional")),
        ),
        select,
      );
    });
    const below = h("div", {});
    body.replaceChildren(
      h(
        "section",
        { class: "block" },
        h(
          "div",
          { class: "section-head" },
          h("h2", {}, icon("file"), name),
          button(t("import.other"), { kind: "quiet", onclick: () => choose() }),
        ),
        h("p", { class: "hint" }, t("import.mapping")),
        h("div", { class: "mapping" }, selects),
      ),
      below,
    );

    function draw() {
      if (mapping.first_name < 0 || mapping.last_name < 0) {
        below.replaceChildren(h("p", { class: "form-trouble", role: "alert" }, icon("alert"), t("import.needNames")));
        return;
      }
      const rows = data.map((row) => check(row, mapping, headings.length));
      const good = rows.filter((row) => !row.why);
      const bad = rows.filter((row) => row.why);
      // What is wrong comes first: it is what somebody wants to see before they go on.
      const some = [...bad.slice(0, 4), ...good.slice(0, 8)].slice(0, 8);
      const cell = (entry, field) =>
        h("td", { dir: "auto", class: entry.field === field ? "wrong" : null }, entry.values[field] || "—");
      below.replaceChildren(
        h(
          "div",
          { class: "stats" },
          stat(good.length, "import.ready", "good"),
          stat(bad.length, "import.bad", bad.length ? "bad" : ""),
          stat(duration(good.length / PACE), "import.time"),
        ),
        h(
          "div",
          { class: "table-scroll", tabIndex: 0, role: "region", "aria-label": t("import.preview") },
          h(
            "table",
            {},
            h("caption", { class: "unseen" }, t("import.preview")),
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                [...FIELDS.map((field) => t(field)), t("import.result")].map((text) =>
                  h("th", { scope: "col" }, text),
                ),
              ),
            ),
            h(
              "tbody",
              {},
              some.map((entry) =>
                h(
                  "tr",
                  {},
                  FIELDS.map((field) => cell(entry, field)),
                  h(
                    "td",
                    { class: "verdict" },
                    entry.why
                      ? h("span", { class: "why" }, entry.why)
                      : h("span", { class: "pill on" }, t("import.ok")),
                  ),
                ),
              ),
            ),
          ),
        ),
        h(
          "footer",
          { class: "block-foot" },
          h("p", { class: "hint" }, t("import.paceShort")),
          bad.length > 0 &&
            button(t("import.saveRejected", { n: bad.length }), {
              icon: "download",
              onclick: () => saveRejected(name, headings, bad),
            }),
          button(t("import.start", { n: good.length }), {
            kind: "primary",
            icon: "upload",
            disabled: good.length === 0,
            onclick: () => run(name, headings, good, bad),
          }),
        ),
      );
    }
    draw();
    announce(t("import.loaded", { n: data.length }));
    element.querySelector("h1").focus();
  }

  const stat = (value, key, kind = "") =>
    h(
      "div",
      { class: `stat ${kind}` },
      h("strong", {}, typeof value === "number" ? t("number", { n: value }) : value),
      h("span", {}, t(key, { n: typeof value === "number" ? value : 0 })),
    );

  async function run(name, headings, good, bad) {
    stop = new AbortController();
    const { signal } = stop;
    const bar = h("progress", { max: good.length, value: 0, "aria-label": t("import.running") });
    const text = h("p", { class: "progress-text" });
    body.replaceChildren(
      h(
        "section",
        { class: "block running" },
        h("h2", {}, t("import.running")),
        bar,
        text,
        h("p", { class: "hint" }, t("import.stay")),
        h("footer", { class: "block-foot" }, button(t("import.cancel"), { onclick: () => stop.abort() })),
      ),
    );
    body.querySelector("button").focus();
    const release = guardLeaving();
    const refused = [...bad];
    let next = 0,
      done = 0;
    async function worker() {
      while (next < good.length && !signal.aborted) {
        const entry = good[next++];
        try {
          await createSurely(entry.values, { signal, lane: "back" });
          done++;
          entry.done = true;
        } catch (error) {
          if (signal.aborted) return;
          refused.push({ ...entry, why: sayField(error, FIELDS)?.[1] ?? say(error) });
          entry.done = true;
          if (error instanceof Refused && error.status === 401) stop.abort();
        }
        const tried = done + refused.length - bad.length;
        bar.value = tried;
        text.textContent = t("import.progress", {
          n: done,
          all: good.length,
          left: duration((good.length - tried) / PACE),
        });
      }
    }
    text.textContent = t("import.progress", { n: 0, all: good.length, left: duration(good.length / PACE) });
    // Several at once, so that the pace is the limit's and not the way's.
    await Promise.all(Array.from({ length: 6 }, worker));
    release();
    const left = good.filter((entry) => !entry.done).map((entry) => ({ ...entry, why: t("import.notTried") }));
    result(name, headings, done, refused, left, signal.aborted);
  }

  function result(name, headings, done, refused, left, stopped) {
    const rows = [...refused, ...left];
    const title = t(stopped ? "import.stopped" : "import.done");
    body.replaceChildren(
      h(
        "section",
        { class: "block result" },
        h("span", { class: `empty-picture ${stopped ? "" : "good"}` }, icon(stopped ? "alert" : "check")),
        h("h2", { tabIndex: -1 }, title),
        h(
          "div",
          { class: "stats" },
          stat(done, "import.in", "good"),
          stat(refused.length, "import.rejected", refused.length ? "bad" : ""),
          left.length ? stat(left.length, "import.left") : null,
        ),
        h(
          "footer",
          { class: "block-foot center" },
          rows.length > 0 &&
            button(t("import.saveRejected", { n: rows.length }), {
              icon: "download",
              onclick: () => saveRejected(name, headings, rows),
            }),
          button(t("import.another"), { onclick: () => choose() }),
          button(t("import.see"), { kind: "primary", onclick: () => go("contacts") }),
        ),
      ),
    );
    announce(`${title} ${t("import.inSentence", { n: done })}`);
    body.querySelector("h2").focus();
  }

  function saveRejected(name, headings, rows) {
    save(
      write(
        [
          [...headings, t("import.reason")],
          ...rows.map(({ row, why }) => [...headings.map((_, place) => row[place] ?? ""), why]),
        ],
        separator(),
      ),
      name.replace(/(\.\w+)?$/, `.${t("import.rejectedFile")}.csv`),
    );
  }

  choose();
  return {
    element,
    open: () => {},
    stop: () => stop.abort(),
    title: t("import.title"),
    /** Whether leaving would stop something. */
    busy: () => body.querySelector("progress") !== null,
  };
}
