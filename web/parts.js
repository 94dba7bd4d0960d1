// The parts that views are made of: one look for the same thing everywhere.
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

/** A button of words, perhaps with a picture. @param {string} label @param {Record<string, any>} props */
export function button(label, { icon: picture, kind = "", ...props } = {}) {
  return h(
    "button",
    { type: "button", class: `button ${kind}`, ...props },
    picture && icon(picture),
    h("span", label),
  );
}

/** Ends what goes on. It is pressed once: what is on its way already is waited for. @param {AbortController} stop */
export function stopButton(label, stop, kind = "") {
  const press = ({ currentTarget }) => {
    currentTarget.disabled = true;
    stop.abort();
  };
  return button(label, { kind, onclick: press });
}

/** A button of a picture alone, which has a name all the same. */
export function iconButton(label, picture, props = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, ...props },
    icon(picture),
  );
}

/** A circle with somebody's initials, in a colour that is always theirs. */
export function avatar(name, key, kind = "") {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  let hash = 0;
  for (const char of key) hash = (hash * 31 + char.charCodeAt(0)) % 3600;
  const hue = { "--hue": (hash % 24) * 15 };
  return h(
    "span",
    { class: `avatar ${kind}`, "aria-hidden": "true", vars: hue },
    letters.join("").toLocaleUpperCase(),
  );
}

/** Whether somebody is in a state: a dot and a word. */
export const pill = (text, kind = "") => h("span", { class: `pill ${kind}` }, text);

/** Active or not; while that is not known, the room for it. @param {"contact" | "account"} kind @param {boolean} [active] */
export const statePill = (kind, active) =>
  active === undefined
    ? h("span.pill.waiting", { "aria-hidden": "true" })
    : pill(t(`${kind}.${active ? "active" : "inactive"}`), active ? "on" : "off");

/**
 * The head of a panel: who it is, in which state, and what can be done. The focus stays on the same button when it is
 * drawn anew.
 */
export function drawHead(card, { kind, name, key, active, shape = "", actions, below = [] }) {
  const place = [...card.querySelectorAll("a, button")].indexOf(document.activeElement);
  card.replaceChildren(
    h(
      "div.person",
      avatar(name, key, `big ${shape}`),
      h("div.lines", h("p.person-name", { dir: "auto" }, name), statePill(kind, active)),
    ),
    h("div.person-actions", actions),
    ...below,
  );
  if (place >= 0) card.querySelectorAll("a, button")[place]?.focus();
}

/** A picture, a sentence, what to do next. */
export function empty(picture, title, text, ...actions) {
  return h(
    "div.empty",
    h("span.empty-picture", icon(picture)),
    h("h2", title),
    h("p", text),
    h("div.empty-actions", actions),
  );
}

/** The frame of a panel: a title with a way back, and what is in it. */
export function panelFrame(label, close, actions = []) {
  const title = h("h2.panel-title", { id: "panel-title", tabIndex: -1 }, label);
  const body = h("div.panel-body");
  const element = h(
    "aside.panel",
    { "aria-labelledby": "panel-title" },
    h(
      "header.panel-head",
      iconButton(t("back"), "back", { class: "icon-button narrow-only", onclick: close }),
      title,
      h(
        "div.panel-actions",
        actions,
        iconButton(t("closePanel"), "close", { class: "icon-button wide-only", onclick: close }),
      ),
    ),
    body,
  );
  return { element, body, focus: () => title.focus({ preventScroll: true }) };
}

/** The product's sign. @param {number} size pixels @param {string} [kind] a class */
export const emblem = (size, kind) =>
  h("img", { src: new URL("icon.svg", import.meta.url), alt: "", width: size, height: size, class: kind });
