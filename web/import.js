// A CSV file in, through the API like everything else: what goes in is shown before, what can't go in can be taken
// away as a file.
import { createSurely } from "./calls.js";
import { decode, read, save, write } from "./csv.js";
import { h, icon } from "./dom.js";
import { Lost, Refused, say, sayField } from "./errors.js";
import { separator } from "./export.js";
import { duration, t } from "./i18n.js";
import { button, stopButton } from "./parts.js";
import { FIELDS, PACE, preview, stat } from "./preview.js";
import { announce, guardLeaving } from "./toast.js";

const MOST_BYTES = 50 * 1024 * 1024;

/** @param {{ go: (path: string) => void }} shell */
export function importView({ go }) {
  const body = h("div.page.import");
  const element = h(
    "div.view",
    h("header.view-head", h("div", h("h1", { tabIndex: -1 }, t("import.title")), h("p.count", t("import.lead")))),
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
      "div.drop",
      h("span.empty-picture", icon("file")),
      h("h2", t("import.drop")),
      h("p", t("import.columns")),
      input,
      h("label", { for: "import-file", class: "button primary" }, icon("upload"), h("span", t("import.choose"))),
      h("p.form-trouble", { role: "alert" }, trouble && icon("alert"), trouble),
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
        "div.notes",
        h("section", h("h3", t("import.paceTitle")), h("p", t("import.pace"))),
        h(
          "section",
          h("h3", t("import.largeTitle")),
          h("p", t("import.large")),
          h("code", "contacts import FILE.csv --user … --workspace …"),
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
    body.replaceChildren(
      preview({
        name: file.name,
        headings,
        data,
        other: () => choose(),
        saveRejected: (bad) => saveRejected(file.name, headings, bad),
        start: (good, bad) => run(file.name, headings, good, bad),
      }),
    );
    announce(t("import.loaded", { n: data.length }));
    element.querySelector("h1").focus();
  }

  async function run(name, headings, good, bad) {
    stop = new AbortController();
    const { signal } = stop;
    const bar = h("progress", { max: good.length, value: 0, "aria-label": t("import.running") });
    const text = h("p.progress-text");
    body.replaceChildren(
      h(
        "section.block.running",
        h("h2", t("import.running")),
        bar,
        text,
        h("p.hint", t("import.stay")),
        h("footer.block-foot", stopButton(t("import.cancel"), stop)),
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
          if (signal.aborted && !(error instanceof Lost)) return;
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
        "section.block.result",
        h("span", { class: `empty-picture ${stopped ? "" : "good"}` }, icon(stopped ? "alert" : "check")),
        h("h2", { tabIndex: -1 }, title),
        h(
          "div.stats",
          stat(done, "import.in", "good"),
          stat(refused.length, "import.rejected", refused.length ? "bad" : ""),
          left.length ? stat(left.length, "import.left") : null,
        ),
        h(
          "footer.block-foot.center",
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

  /** The reason comes first, so that a row with too many cells keeps all of them, and has too many again. */
  function saveRejected(name, headings, rows) {
    const before = headings[0] === t("import.reason") ? 1 : 0;
    const table = [headings, ...rows.map(({ row }) => row)].map((row) => row.slice(before));
    const reasons = [t("import.reason"), ...rows.map(({ why }) => why)];
    save(
      write(
        table.map((row, place) => [reasons[place], ...row]),
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
