// Elements made by hand. Text goes in as text: nothing in this page is ever parsed as HTML.

/** These are set as properties, because as attributes they would only be a beginning. */
const PROPERTIES = new Set([
  "value",
  "checked",
  "indeterminate",
  "disabled",
  "hidden",
  "inert",
  "readOnly",
  "tabIndex",
]);

/**
 * An element. `on…` are listeners, `vars` custom properties of its style; null, undefined and false leave out.
 * @param {string} tag its name, and classes behind dots
 * @param {...any} parts perhaps properties first; then nodes and texts, also in arrays
 * @returns {any}
 */
export function h(tag, ...parts) {
  const [name, ...classes] = tag.split(".");
  const properties = parts[0]?.constructor === Object ? parts.shift() : {};
  const element = document.createElement(name);
  element.classList.add(...classes);
  element.append(...parts.flat(2).filter((part) => part != null && part !== false));
  for (const [key, value] of Object.entries(properties)) {
    if (value == null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "vars") for (const name in value) element.style.setProperty(name, value[name]);
    else if (PROPERTIES.has(key)) element[key] = value;
    else if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  return element;
}

/** Strokes on a grid of 24. */
const ICONS = {
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.5-3.8 3.2-5.8 6.5-5.8s6 2 6.5 5.8M16 4.3a3.5 3.5 0 0 1 0 6.5M18.5 14.7c1.8.8 2.8 2.6 3 5.3",
  building:
    "M5 21V5a1.5 1.5 0 0 1 1.5-1.5h7A1.5 1.5 0 0 1 15 5v16M15 10h3a1.5 1.5 0 0 1 1.5 1.5V21M2.5 21h19M8.5 8h3M8.5 12h3M8.5 16h3",
  tag: "M3.5 11.2V5A1.5 1.5 0 0 1 5 3.5h6.2a2 2 0 0 1 1.4.6l7.3 7.3a2 2 0 0 1 0 2.8l-5.7 5.7a2 2 0 0 1-2.8 0l-7.3-7.3a2 2 0 0 1-.6-1.4M8 8h.01",
  upload: "M12 15.5V4M7.5 8 12 3.5 16.5 8M4 15.5V19a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-3.5",
  download: "M12 4v11.5M7.5 11l4.5 4.5 4.5-4.5M4 15.5V19a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-3.5",
  search: "M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20.5 20.5l-5-5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  menu: "M4 7h16M4 12h16M4 17h16",
  edit: "M4 20l1-4.5L16 4.5a2.1 2.1 0 0 1 3 3L8 18.5zM14 6.5l3.5 3.5",
  trash:
    "M4.5 6.5h15M9.5 6V4.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1V6M6.5 6.5l.8 12.6A1.5 1.5 0 0 0 8.8 20.5h6.4a1.5 1.5 0 0 0 1.5-1.4l.8-12.6M10 11v5M14 11v5",
  pause: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M10 9v6M14 9v6",
  play: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M8.5 12.2l2.5 2.5 4.7-5",
  mail: "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v11A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5v-11A1.5 1.5 0 0 1 5 5M4 7l8 6 8-6",
  phone:
    "M6 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2 4.5 1.5v3a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4 5.7a2 2 0 0 1 2-2.2",
  copy: "M9 9.5A1.5 1.5 0 0 1 10.5 8h8A1.5 1.5 0 0 1 20 9.5v9a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 18.5zM5.5 16A1.5 1.5 0 0 1 4 14.5v-9A1.5 1.5 0 0 1 5.5 4h9A1.5 1.5 0 0 1 16 5.5",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01",
  offline: "M3 3l18 18M8.5 14a5 5 0 0 1 6 .3M5 10.5a10 10 0 0 1 4-2.3M12.5 7.6A10 10 0 0 1 19 10.5M12 18h.01",
  file: "M13.5 3.5H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5zM13.5 3.5v5h5M9 13h6M9 16.5h6",
};

/** @param {keyof typeof ICONS} name @returns {SVGElement} a picture that says nothing to screen readers */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of [
    ["viewBox", "0 0 24 24"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ]) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Runs `act` when nothing was asked for during `ms`. */
export function debounced(act, ms) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), ms);
  };
}
