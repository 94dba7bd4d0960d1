// What the views of contacts and of accounts share: search, the state filter, the count, and one beside the list.
import { debounced, h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./toast.js";

/** A field that searches while one types; arrows lead on to the list, Escape empties it. */
export function searchField(label, filters, list) {
  const input = h("input.input", {
    type: "search",
    "aria-label": label,
    placeholder: t("search.placeholder"),
    value: filters.search,
    autocomplete: "off",
    spellcheck: "false",
    "data-shortcut": "search",
    enterkeyhint: "search",
  });
  let found = Promise.resolve();
  const search = () => {
    // What comes from cells of a spreadsheet has tabs between them.
    const typed = input.value.replace(/\p{Cc}+/gu, " ").trim();
    if (typed === filters.search) return;
    filters.search = typed;
    found = list.reload();
  };
  /** The row that one goes to is one of what was typed. */
  const goToRows = async () => {
    search();
    const asked = found;
    await asked;
    if (asked === found && document.activeElement === input) list.focus();
  };
  input.addEventListener("input", debounced(search, 220));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") goToRows();
    else if (event.key === "Escape" && input.value) {
      input.value = "";
      search();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  return { input, element: h("div.search", icon("search"), input) };
}

/** Which states a list is filtered by. @param {string} kind "contacts" or "accounts", whose words differ */
export function stateFilter(kind, filters, list) {
  const change = (event) => {
    filters.status = event.target.value;
    list.reload();
  };
  return h(
    "select.input",
    { "aria-label": t("filter.state"), onchange: change },
    ["all", "active", "inactive"].map((status) =>
      h("option", { value: status, selected: status === filters.status }, t(`${kind}.${status}`)),
    ),
  );
}

/** What is looked for; it stays while one is elsewhere on the page. */
const none = () => ({ search: "", account: null, status: "all" });
export const FILTERS = { contacts: none(), accounts: none() };

/** The filters as the API takes them. */
export const queryOf = ({ search, status, account }) => ({
  ...(search && { search }),
  ...(status !== "all" && { status }),
  ...(account && { accounts: [account.uuid] }),
});

/**
 * A view of a list, and of one of it beside it.
 * @param {{
 *   kind: "contacts" | "accounts", list: any, tools: any[], actions: any[], below?: any,
 *   panelOf: (uuid: string) => { uuid: string, element: Element, focus: () => void, stop: () => void, reload: () => void },
 *   setPanel: (panel: Element | null) => void,
 * }} options
 */
export function browser({ kind, list, tools, actions, below, panelOf, setPanel }) {
  let panel = null;
  const count = h("p.count");
  const element = h(
    "div.view",
    h("header.view-head", h("div", h("h1", { tabIndex: -1 }, t(kind)), count), h("div.view-actions", actions)),
    h("div", { class: `tools ${kind}-tools`, role: "search" }, tools),
    list.element,
    below,
  );
  list.reload();
  return {
    element,
    title: t(kind),
    panel: () => panel,
    /** Shows one beside the list, or none. @param {string} [uuid] */
    open(uuid) {
      if (uuid && panel?.uuid === uuid) return;
      const before = panel?.uuid;
      panel?.stop();
      panel = uuid ? panelOf(uuid) : null;
      setPanel(panel?.element ?? null);
      list.mark(uuid);
      if (panel) panel.focus();
      else if (before) list.focus(before);
    },
    /** Says how many there are; aloud only where that is an answer. @param {boolean} answered */
    counted(answered) {
      const n = list.items().length;
      count.textContent = list.whole() ? t(`${kind}.count`, { n }) : n ? t(`${kind}.countMore`, { n }) : "";
      if (answered) announce(count.textContent);
    },
    stop() {
      panel?.stop();
      list.stop();
    },
  };
}
