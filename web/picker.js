// A field to choose an account in: one types, the service searches, arrows and Enter choose (ARIA's combobox).
import { debounced, h, icon } from "./dom.js";
import { listAccounts } from "./calls.js";
import { t } from "./i18n.js";
import { iconButton, pill } from "./parts.js";

let count = 0;

/**
 * @param {{
 *   label: string, placeholder: string, chosen?: import("./calls.js").Account | null,
 *   change: (account: import("./calls.js").Account | null) => void,
 *   any?: boolean, create?: (name: string) => Promise<import("./calls.js").Account | null>,
 *   labelled?: boolean
 * }} options `any` lets inactive accounts be chosen; `create` offers to make one that is not there
 */
export function accountPicker({ label, placeholder, chosen = null, change, any = false, create, labelled = false }) {
  const id = `picker-${++count}`;
  let options = [],
    active = -1,
    typing = false,
    making = false,
    asked = new AbortController();
  const input = h("input", {
    id,
    class: "input",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder,
    "aria-label": labelled ? null : label,
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    value: chosen?.name ?? "",
  });
  const list = h("ul", { id: `${id}-list`, class: "options", role: "listbox", "aria-label": label, hidden: true });
  const clear = iconButton(t("clearAccount"), "close", {
    class: "icon-button picker-clear",
    hidden: !chosen,
    onclick: () => {
      choose(null);
      input.focus();
    },
  });
  const element = h("div.picker", icon("building"), input, clear, list);

  function choose(account) {
    chosen = account;
    input.value = account?.name ?? "";
    clear.hidden = !account;
    close();
    change(account);
  }

  function close() {
    asked.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
    typing = false;
  }

  async function search() {
    asked.abort();
    asked = new AbortController();
    typing = false;
    const { signal } = asked;
    const typed = input.value.trim() === chosen?.name ? "" : input.value.trim();
    try {
      const { data } = await listAccounts({ search: typed, page_size: 30 }, { signal });
      if (signal.aborted || document.activeElement !== input) return;
      options = data.map((account) => ({ account, off: !any && !account.active }));
      if (create && typed && !data.some((account) => account.name.toLowerCase() === typed.toLowerCase())) {
        options.push({ make: typed });
      }
      active = options.findIndex((option) => !option.off);
      show();
    } catch {
      // An outdated search, or one that the list beside it will tell of.
    }
  }

  function show() {
    const items = options.map((option, place) =>
      h(
        "li",
        {
          id: `${id}-${place}`,
          role: "option",
          class: "option",
          "aria-selected": `${place === active}`,
          "aria-disabled": option.off ? "true" : null,
          onpointerdown: (event) => event.preventDefault(),
          onclick: () => take(option),
        },
        option.make
          ? [icon("plus"), t("account.createNamed", { name: option.make })]
          : [option.account.name, !option.account.active && pill(t("account.inactive"), "off")],
      ),
    );
    list.replaceChildren(
      ...(items.length
        ? items
        : [
            h(
              "li.option.none",
              { role: "option", "aria-disabled": "true", "aria-selected": "false" },
              t("accounts.noneFound"),
            ),
          ]),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (active >= 0) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  async function take(option) {
    if (option.off || making) return;
    making = true;
    const account = option.make ? await create(option.make) : option.account;
    making = false;
    if (account) choose(account);
  }

  const searchSoon = debounced(() => typing && search(), 250);
  input.addEventListener("input", () => {
    if (input.value === "" && chosen) choose(null);
    // What Enter would choose is none of what is looked for now.
    asked.abort();
    options = [];
    active = -1;
    input.removeAttribute("aria-activedescendant");
    typing = true;
    searchSoon();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && search());
  input.addEventListener("blur", () => {
    close();
    // What was typed and not chosen is none.
    input.value = chosen?.name ?? "";
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden) search();
    else if (step && options.length) {
      do active = (active + step + options.length) % options.length;
      while (options[active].off && options.some((option) => !option.off));
      show();
    } else if (event.key === "Enter" && !list.hidden && options[active]) take(options[active]);
    // What is typed and not chosen yet is not to be sent with what was chosen before.
    else if (event.key === "Enter" && input.value.trim() !== (chosen?.name ?? "")) search();
    else if (event.key === "Escape" && !list.hidden) {
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  return { element, input, id, value: () => chosen, set: choose };
}
