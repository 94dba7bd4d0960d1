// Language, theme, keys, the API, and the way out.
import { menu, menuItem } from "./dialog.js";
import { h } from "./dom.js";
import { lang, setLang, t } from "./i18n.js";
import { showKeys } from "./keys.js";
import { setTheme, theme } from "./prefs.js";
import { bearer, user } from "./session.js";

/**
 * A menu of them, which `opener` opens.
 * @param {HTMLElement} opener
 * @param {{ again: () => void, signOut: () => void, mayLeave: () => Promise<boolean> }} shell `again` shows everything
 *   anew; before it `mayLeave` asks where something would be cut off
 */
export function settings(opener, { again, signOut, mayLeave }) {
  const choice = (label, on, act) => menuItem(label, act, { role: "menuitemradio", "aria-checked": `${on}` });
  const group = (title, ...items) =>
    h(
      "div",
      { role: "group", "aria-label": title, class: "menu-group" },
      h("span.menu-title", { "aria-hidden": "true" }, title),
      items,
    );
  return menu(opener, () => [
    group(
      t("menu.language"),
      [
        ["es", "Español"],
        ["en", "English"],
      ].map(([code, name]) =>
        choice(name, lang() === code, async () => {
          if (!(await mayLeave())) return;
          setLang(code);
          again();
        }),
      ),
    ),
    group(
      t("menu.theme"),
      ["", "light", "dark"].map((value) =>
        choice(t(`theme.${value || "auto"}`), theme() === value, () => setTheme(value)),
      ),
    ),
    h(
      "div",
      { role: "group", class: "menu-group", "aria-label": t("menu.more") },
      menuItem(t("keys.title"), showKeys),
      h(
        "a",
        { role: "menuitem", tabIndex: -1, class: "menu-item", href: "docs", target: "_blank", rel: "noopener" },
        t("menu.api"),
      ),
    ),
    bearer() &&
      group(
        [user().name, user().workspace].filter(Boolean).join(" · ") || t("you"),
        menuItem(t("signOut"), signOut),
      ),
  ]);
}
