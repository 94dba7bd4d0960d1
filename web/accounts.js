// The accounts of the workspace, and the panel of one: its name, its state, who is linked with it.
import { listAccounts, changeAccount, createAccount, getAccount, renameAccount } from "./calls.js";
import { debounced, h, icon } from "./dom.js";
import { say } from "./errors.js";
import { formDialog } from "./form.js";
import { t } from "./i18n.js";
import { linkList } from "./links.js";
import { createList } from "./list.js";
import { avatar, button, empty, panelFrame, stateFilter, statePill } from "./parts.js";
import { RULES } from "./rules.js";
import { sendOnLeaving } from "./api.js";
import { toast, undoable } from "./toast.js";

const filters = { search: "", status: "all" };
const query = () => ({ ...(filters.search && { search: filters.search }), ...(filters.status !== "all" && { status: filters.status }) });

const cells = (account) => [
  h("div", { class: "who" }, avatar(account.name, account.uuid, "square"), h("span", { class: "name", dir: "auto" }, account.name,
    account.fresh && h("span", { class: "pill new" }, t("new")))),
  statePill(account.active),
];

/** @param {any} account @param {(saved: any) => void} saved */
function accountForm(account, saved) {
  formDialog({
    title: t(account ? "account.rename" : "account.new"),
    save: t(account ? "save" : "account.create"),
    fields: [{ name: "name", label: t("account.name"), rule: RULES.account_name, value: account?.name ?? "" }],
    async submit({ name }, { signal, again }) {
      let uuid = account?.uuid;
      if (account) await renameAccount(uuid, name, { signal });
      else uuid = (again && (await twin(name, signal))) || await createAccount(name, { signal });
      saved(await getAccount(uuid));
      toast(t(account ? "account.saved" : "account.created", { name }), { kind: "good" });
    },
  });
}

/** After a lost create: the account of that name, if it was made after all. */
async function twin(name, signal) {
  const { data } = await listAccounts({ search: name, page_size: 1000 }, { signal });
  return data.findLast((account) => account.name === name.trim())?.uuid;
}

/** @param {{ go: (path: string) => void, setPanel: (panel: Element | null) => void }} shell */
export function accountsView({ go, setPanel }) {
  const list = createList({
    label: t("accounts"), kind: "accounts", columns: [t("col.account"), t("col.state")], cells,
    load: (page, signal) => listAccounts({ ...query(), page, page_size: page ? 500 : 60 }, { signal }),
    open: (account) => go(`accounts/${account.uuid}`), nothing, changed,
  });
  const count = h("p", { class: "count", role: "status" });
  const search = h("input", { class: "input search-input", type: "search", "aria-label": t("search.accounts"), placeholder: t("search.accountsPlaceholder"),
    value: filters.search, autocomplete: "off", spellcheck: "false", "data-shortcut": "search", enterkeyhint: "search" });
  const states = stateFilter(filters.status, (status) => { filters.status = status; list.reload(); });
  search.addEventListener("input", debounced(() => { filters.search = search.value.trim(); list.reload(); }, 220));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    list.focus();
  });

  function changed() {
    const n = list.items().length;
    count.textContent = list.whole() ? t("accounts.count", { n }) : n ? t("accounts.countMore", { n }) : "";
  }

  function nothing() {
    const bare = Object.keys(query()).length === 0;
    return empty("building", t(bare ? "accounts.none" : "accounts.noneFound"), t(bare ? "accounts.noneText" : "contacts.noneFoundText"),
      button(t("account.new"), { kind: "primary", icon: "plus", onclick: create }));
  }

  const create = () => accountForm(null, (account) => { list.prepend({ ...account, fresh: true }); go(`accounts/${account.uuid}`); });

  function remove(account) {
    const restore = list.remove([account.uuid]);
    go("accounts");
    undoable(t("account.deleting", { name: account.name }), {
      restore: () => restore(),
      leave: () => sendOnLeaving("accounts/account", { action: "delete", uuid: account.uuid }),
      run: () => changeAccount("delete", account.uuid)
        .then(() => toast(t("account.deleted", { name: account.name }), { kind: "good" }))
        .catch((error) => { restore(); toast(say(error), { kind: "bad" }); }),
    });
  }

  let panel = null;
  function openOne(uuid) {
    panel?.stop();
    const before = panel?.uuid;
    panel = uuid ? accountPanel({ uuid, known: list.find(uuid), go, patch: (change) => list.update(uuid, change), remove }) : null;
    setPanel(panel?.element ?? null);
    list.mark(uuid);
    if (panel) panel.focus();
    else if (before) list.focus(before);
  }

  const element = h("div", { class: "view" },
    h("header", { class: "view-head" }, h("div", {}, h("h1", { tabIndex: -1 }, t("accounts")), count),
      h("div", { class: "view-actions" }, button(t("account.new"), { kind: "primary fab", icon: "plus", "data-shortcut": "new", onclick: create }))),
    h("div", { class: "tools two", role: "search" }, h("div", { class: "search" }, icon("search"), search), states), list.element);
  list.reload();
  return { element, open: openOne, stop: () => { panel?.stop(); list.stop(); }, title: t("accounts") };
}

function accountPanel({ uuid, known, go, patch, remove }) {
  const stop = new AbortController();
  const { signal } = stop;
  const frame = panelFrame(t("account"), () => go("accounts"));
  const card = h("div", { class: "card-body" });
  const links = linkList({ side: "account_uuid", uuid, go, signal });
  const section = h("section", { class: "panel-section", "aria-labelledby": "links-title" },
    h("div", { class: "section-head" }, h("h3", { id: "links-title" }, t("account.people"))), links.element);

  function draw(account) {
    card.replaceChildren(
      h("div", { class: "person" }, avatar(account.name, uuid, "big square"), h("div", { class: "lines" },
        h("p", { class: "person-name", dir: "auto" }, account.name), statePill(account.active))),
      h("div", { class: "person-actions" }, button(t("rename"), { icon: "edit", onclick: () => accountForm(account, (saved) => { patch(saved); draw(saved); }) }),
        button(t(account.active ? "inactivate" : "activate"), { icon: account.active ? "pause" : "play", onclick: () => setState(account) }),
        button(t("delete"), { icon: "trash", kind: "danger", onclick: () => remove(account) })),
      account.active ? "" : h("p", { class: "hint" }, t("account.inactiveHint")));
  }

  async function load() {
    try {
      const account = await getAccount(uuid, { signal });
      draw(account);
      patch(account);
    } catch (error) {
      if (signal.aborted) return;
      card.replaceChildren(h("div", { class: "empty small" }, h("p", {}, say(error)), button(t("tryAgain"), { onclick: load })));
    }
  }

  async function setState(account) {
    const action = account.active ? "inactivate" : "activate";
    try {
      await changeAccount(action, uuid, { signal });
      toast(t(`account.${action}d`, { name: account.name }), { kind: "good" });
    } catch (error) {
      if (!signal.aborted) toast(say(error), { kind: "bad" });
    }
    if (signal.aborted) return;
    await load();
    card.querySelector(".person-actions button:nth-child(2)")?.focus();
  }

  if (known) draw(known);
  else card.append(h("div", { class: "skeleton tall" }));
  frame.body.append(card, section);
  load();
  return { uuid, element: frame.element, focus: frame.focus, stop: () => stop.abort() };
}
