// A list of any length: it loads more as one scrolls, and only the rows in sight are in the page.
import { h, icon } from "./dom.js";
import { say } from "./errors.js";
import { t } from "./i18n.js";
import { button, empty } from "./parts.js";

/** Rows above and below what is seen, so that scrolling meets none that is missing. */
const SPARE = 8;
/** How many rows before the end the next page is asked for. */
const AHEAD = 40;

/** What was taken out and not put back: a list that is asked for meanwhile still has it. @type {Set<string>} */
const hidden = new Set();
/** The list in sight. */
let current = { kind: "", reload: () => {} };
/** After a change by somebody whose own list is not in sight any more. @param {string} kind */
export const reloadShown = (kind) => current.kind === kind && current.reload();

/**
 * @typedef {{
 *   label: string,
 *   columns: string[],
 *   kind: string,
 *   cells: (item: any) => any[] | one element or text for each column
 *   load: (page: string | null, signal: AbortSignal) => Promise<{ data: any[], next_page: string | null }>,
 *   open: (item: any) => void,
 *   nothing: () => HTMLElement,
 *   name?: (item: any) => string,
 *   selectable?: boolean,
 *   changed: (answered: boolean) => void,
 * }} ListOptions `changed` hears of other rows and of another selection, and whether that is the answer to a question
 */

/** @param {ListOptions} options */
export function createList({ label, columns, kind, cells, load, open, nothing, name, selectable = false, changed }) {
  /** @type {any[]} */
  let items = [];
  /** @type {string | null | undefined} undefined while the first page is on its way */
  let nextPage;
  let asked = new AbortController();
  let loading = false,
    failure = null,
    active = 0,
    anchor = 0,
    height = 64,
    marked = "";
  /** @type {Map<string, { row: HTMLElement, item: any }>} */
  const shown = new Map();
  const selected = new Set();

  const all =
    selectable &&
    h("input", { type: "checkbox", "aria-label": t("selectAll"), onchange: () => selectAll(all.checked) });
  const head = h(
    "div.row.head",
    { role: "row", "aria-rowindex": 1 },
    selectable && h("div", { role: "columnheader", class: "check" }, h("label.check-target", all)),
    columns.map((column) => h("div", { role: "columnheader" }, column)),
  );
  const body = h("div.rows", { role: "rowgroup" });
  const more = h(
    "div.skeletons",
    { "aria-hidden": "true" },
    [1, 2, 3, 4, 5, 6].map(() => h("i.skeleton")),
  );
  const grid = h(
    "div.grid",
    { role: "grid", "aria-label": label, "aria-multiselectable": selectable ? "true" : null },
    h("div", { role: "rowgroup", class: "head-group" }, head),
    body,
  );
  const notice = h("div.list-notice");
  const element = h("div", { class: `list ${kind}` }, grid, more, notice);

  async function fetchPage(first) {
    loading = true;
    failure = null;
    const { signal } = asked;
    try {
      const page = await load(first ? null : nextPage, signal);
      if (signal.aborted) return;
      const there = new Set(first ? [] : items.map((item) => item.uuid));
      if (first) items = [];
      for (const item of page.data) if (!there.has(item.uuid) && !hidden.has(item.uuid)) items.push(item);
      nextPage = page.next_page;
    } catch (error) {
      if (signal.aborted) return;
      failure = error;
      if (first) items = [];
      nextPage = null;
    }
    loading = false;
    if (first) element.scrollTop = 0;
    draw();
    changed(first);
  }

  /** Everything anew; what is shown stays until the answer is there, so that nothing flickers. */
  function reload() {
    asked.abort();
    asked = new AbortController();
    nextPage = undefined;
    active = anchor = 0;
    selected.clear();
    element.setAttribute("aria-busy", "true");
    draw();
    return fetchPage(true);
  }

  function makeRow(item) {
    const box =
      selectable && h("input", { type: "checkbox", tabIndex: -1, "aria-label": t("select", { name: name(item) }) });
    return h(
      "div.row",
      { role: "row", tabIndex: -1, "data-uuid": item.uuid },
      selectable && h("div", { role: "gridcell", class: "check" }, h("label.check-target", box)),
      cells(item).map((cell) => h("div", { role: "gridcell" }, cell)),
    );
  }

  function draw() {
    const loadingFirst = nextPage === undefined && items.length === 0 && !failure;
    const bare = items.length === 0 && !loadingFirst;
    grid.hidden = bare;
    more.hidden = bare || nextPage === null;
    if (nextPage !== undefined) element.removeAttribute("aria-busy");
    notice.replaceChildren(...(failure ? [failed()] : bare ? [nothing()] : []));
    body.style.height = `${items.length * height}px`;
    grid.setAttribute("aria-rowcount", nextPage ? "-1" : `${items.length + 1}`);
    if (all) {
      all.checked = items.length > 0 && selected.size === items.length;
      all.indeterminate = selected.size > 0 && !all.checked;
    }
    active = Math.max(0, Math.min(active, items.length - 1));
    const first = Math.max(0, Math.floor(element.scrollTop / height) - SPARE);
    const last = Math.min(items.length, Math.ceil((element.scrollTop + element.clientHeight) / height) + SPARE);
    const wanted = new Map();
    for (let place = first; place < last; place++) wanted.set(items[place].uuid, place);
    // The row that has the focus stays, wherever one scrolls to.
    if (items[active]) wanted.set(items[active].uuid, active);
    for (const [uuid, { row }] of shown) {
      if (wanted.has(uuid)) continue;
      row.remove();
      shown.delete(uuid);
    }
    for (const [uuid, place] of wanted) put(uuid, place);
    if (nextPage && !loading && last > items.length - AHEAD) fetchPage(false);
  }

  function put(uuid, place) {
    const item = items[place];
    const chosen = selected.has(uuid);
    let entry = shown.get(uuid);
    if (!entry || entry.item !== item) {
      const row = makeRow(item);
      const focused = entry?.row.contains(document.activeElement);
      if (entry) entry.row.replaceWith(row);
      else body.append(row);
      if (focused) row.focus();
      entry = { row, item };
      shown.set(uuid, entry);
    }
    const { row } = entry;
    row.style.transform = `translateY(${place * height}px)`;
    row.setAttribute("aria-rowindex", `${place + 2}`);
    row.tabIndex = place === active ? 0 : -1;
    row.classList.toggle("marked", uuid === marked);
    if (selectable) {
      row.setAttribute("aria-selected", `${chosen}`);
      row.querySelector("input").checked = chosen;
    }
  }

  const failed = () =>
    empty(
      "alert",
      t("list.failed"),
      say(failure),
      button(t("tryAgain"), { kind: "primary", onclick: () => reload() }),
    );

  function selectAll(on) {
    selected.clear();
    if (on) items.forEach((item) => selected.add(item.uuid));
    draw();
    changed(false);
  }

  /** Selects one, or with `range` everything from the last one to here. */
  function toggle(place, range) {
    const on = !selected.has(items[place].uuid);
    const [from, to] = range ? [Math.min(anchor, place), Math.max(anchor, place)] : [place, place];
    for (let i = from; i <= to; i++) {
      if (on) selected.add(items[i].uuid);
      else selected.delete(items[i].uuid);
    }
    anchor = active = place;
    draw();
    changed(false);
  }

  function moveTo(place) {
    if (items.length === 0) return;
    active = Math.max(0, Math.min(place, items.length - 1));
    const top = active * height;
    const room = element.clientHeight - head.offsetHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + room) element.scrollTop = top + height - room;
    draw();
    shown.get(items[active].uuid)?.row.focus({ preventScroll: true });
  }

  body.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    const place = items.findIndex((item) => item.uuid === row?.dataset.uuid);
    if (place < 0 || event.target.closest("a, button")) return;
    if (event.target.closest(".check")) {
      // The label's click comes first and the box's after it; one of them is enough.
      if (event.target.matches("input")) toggle(place, event.shiftKey);
      return;
    }
    active = anchor = place;
    draw();
    open(items[place]);
  });
  body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());

  grid.addEventListener("keydown", (event) => {
    if (!event.target.closest(".rows")) return;
    const page = Math.max(1, Math.floor(element.clientHeight / height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      if (event.shiftKey && selectable) selected.add(items[active].uuid);
      moveTo(active + steps[event.key]);
      if (event.shiftKey && selectable) {
        selected.add(items[active].uuid);
        draw();
        changed(false);
      }
    } else if (event.key === "Enter") open(items[active]);
    else if (event.key === " " && selectable) toggle(active, event.shiftKey);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey) && selectable) selectAll(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  let frame = 0;
  element.addEventListener(
    "scroll",
    () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    },
    { passive: true },
  );
  new ResizeObserver(() => {
    height = parseFloat(getComputedStyle(element).getPropertyValue("--row")) || height;
    draw();
  }).observe(element);

  current = { kind, reload };
  const place = (uuid) => items.findIndex((item) => item.uuid === uuid);
  return {
    element,
    reload,
    /** Shows which one is open beside the list. @param {string} [uuid] */
    mark(uuid = "") {
      marked = uuid;
      draw();
    },
    /** Stops what is under way, when the list is left. */
    stop: () => asked.abort(),
    items: () => items,
    /** Whether all there is has been loaded. */
    whole: () => nextPage === null && !failure,
    selected: () => items.filter((item) => selected.has(item.uuid)),
    clearSelection: () => selectAll(false),
    find: (uuid) => items[place(uuid)],
    /** Shows an item as it is now, if it is in the list. */
    update(uuid, change) {
      const at = place(uuid);
      if (at < 0) return;
      items[at] = { ...items[at], ...change };
      draw();
    },
    /** The same for many. @param {Map<string, object>} changes */
    updateAll(changes) {
      items = items.map((item) => (changes.has(item.uuid) ? { ...item, ...changes.get(item.uuid) } : item));
      draw();
    },
    /** Shows a new one on top, where one sees it; the list's own order has it at the end. */
    prepend(item) {
      items = [item, ...items.filter((other) => other.uuid !== item.uuid)];
      active = 0;
      element.scrollTop = 0;
      draw();
      changed(false);
    },
    /** Takes some out. What it gives puts them back where they were. @param {string[]} uuids */
    remove(uuids) {
      const before = items;
      const { signal } = asked;
      uuids.forEach((uuid) => {
        hidden.add(uuid);
        selected.delete(uuid);
      });
      items = items.filter((item) => !hidden.has(item.uuid));
      draw();
      changed(false);
      return (some = uuids) => {
        some.forEach((uuid) => hidden.delete(uuid));
        // Where the list was asked for anew meanwhile, what was there before is no guide any more.
        if (signal.aborted || !element.isConnected) return reloadShown(kind);
        const old = new Set(before.map((item) => item.uuid));
        const now = new Map(items.map((item) => [item.uuid, item]));
        const kept = before.filter((item) => !hidden.has(item.uuid)).map((item) => now.get(item.uuid) ?? item);
        items = [
          ...items.filter((item) => item.fresh && !old.has(item.uuid)),
          ...kept,
          ...items.filter((item) => !item.fresh && !old.has(item.uuid)),
        ];
        draw();
        changed(false);
      };
    },
    focus: (uuid) => moveTo(uuid && place(uuid) >= 0 ? place(uuid) : active),
  };
}
