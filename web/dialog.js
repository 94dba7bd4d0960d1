// Windows above the page. The browser keeps the focus inside; we give it back to where it was.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { button, iconButton } from "./parts.js";

let count = 0;

/**
 * Shows a dialog with a title. `close` may be asked to wait: `beforeClose` says whether it may go.
 * @param {string} title
 * @param {any[]} content
 * @param {{ kind?: string, beforeClose?: () => boolean, closed?: () => void }} [how]
 */
export function openDialog(title, content, { kind = "", beforeClose = () => true, closed } = {}) {
  const before = /** @type {HTMLElement} */ (document.activeElement);
  const id = `dialog-${++count}`;
  const close = () => element.close();
  const ask = () => beforeClose() && close();
  const element = h(
    "dialog",
    { class: `dialog ${kind}`, "aria-labelledby": id },
    h("header.dialog-head", h("h2", { id }, title), iconButton(t("close"), "close", { onclick: ask })),
    content,
  );
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    ask();
  });
  element.addEventListener("close", () => {
    element.remove();
    if (before?.isConnected) before.focus();
    else document.querySelector("h1")?.focus();
    closed?.();
  });
  element.addEventListener("mousedown", (event) => event.target === element && ask());
  document.body.append(element);
  element.showModal();
  return { element, close };
}

/** Asks a question with two answers. @returns {Promise<boolean>} */
export function confirm(title, text, yes, { kind = "primary" } = {}) {
  return new Promise((resolve) => {
    let answer = false;
    const say = (value) => {
      answer = value;
      close();
    };
    const no = button(t("cancel"), { onclick: () => say(false) });
    const { close } = openDialog(
      title,
      [h("p.dialog-text", text), h("footer.dialog-foot", no, button(yes, { kind, onclick: () => say(true) }))],
      { kind: "small", closed: () => resolve(answer) },
    );
    no.focus();
  });
}

/**
 * A button that opens a menu of things to do.
 * @param {HTMLElement} opener
 * @param {() => any[]} items made anew each time: buttons, links or null
 */
export function menu(opener, items) {
  const list = h("div.menu", { role: "menu", hidden: true });
  const holder = h("span.menu-holder", opener, list);
  const entries = () => [...list.querySelectorAll('[role^="menuitem"]')];
  const close = () => {
    if (list.hidden) return;
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (list.contains(document.activeElement)) opener.focus();
  };
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => {
    if (!list.hidden) return close();
    list.replaceChildren(...items().flat().filter(Boolean));
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    entries()[0]?.focus();
  });
  list.addEventListener("click", (event) => event.target.closest('[role^="menuitem"]') && close());
  holder.addEventListener(
    "focusout",
    (event) => !holder.contains(event.relatedTarget) && event.relatedTarget && close(),
  );
  document.addEventListener("pointerdown", (event) => !holder.contains(event.target) && close());
  holder.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const all = entries();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  return holder;
}

/** An entry of a menu. */
export const menuItem = (label, act, props = {}) =>
  h("button", { type: "button", role: "menuitem", tabIndex: -1, class: "menu-item", onclick: act, ...props }, label);
