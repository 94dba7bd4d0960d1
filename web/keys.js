// The keyboard: what a single key does where nobody types.
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { undoLast } from "./toast.js";

const KEYS = [
  ["/", "keys.search"],
  ["n", "keys.new"],
  ["↑ ↓", "keys.move"],
  ["Enter", "keys.open"],
  ["Espacio|Space", "keys.select"],
  ["Shift + ↑ ↓", "keys.range"],
  ["Esc", "keys.close"],
  ["Ctrl + Z", "keys.undo"],
  ["g c", "keys.contacts"],
  ["g a", "keys.accounts"],
  ["g r", "keys.roles"],
  ["g i", "keys.import"],
  ["?", "keys.help"],
];

export function showKeys() {
  const name = (key) => key.split("|").at(document.documentElement.lang === "es" ? 0 : -1);
  openDialog(t("keys.title"), [
    h(
      "dl.keys",
      KEYS.map(([key, what]) => h("div", h("dt", h("kbd", name(key))), h("dd", t(what)))),
    ),
  ]);
}

/** @param {{ go: (path: string) => void, escape: () => void }} shell */
export function listenToKeys({ go, escape }) {
  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const types = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key === "Escape") return escape();
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !types) {
      if (undoLast()) event.preventDefault();
      return;
    }
    if (types || event.ctrlKey || event.metaKey || event.altKey) return;
    const there = (name) => document.querySelector(`[data-shortcut="${name}"]`);
    if (event.timeStamp - afterG < 1500) {
      const path = { c: "contacts", a: "accounts", r: "roles", i: "import" }[event.key];
      afterG = 0;
      if (path) return go(path);
    }
    if (event.key === "/") there("search")?.focus();
    else if (event.key === "n") there("new")?.click();
    else if (event.key === "?") showKeys();
    else if (event.key === "g") {
      afterG = event.timeStamp;
      return;
    } else return;
    event.preventDefault();
  });
}
