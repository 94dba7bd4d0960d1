// The contacts: search, filters, the list, what can be done with several at once, and the panel of one beside it.
import { debounced, h, icon } from "./dom.js";
import { bulkBar } from "./bulk.js";
import { changeContact, createContact, findTwin, fullName, getContact, inactiveAmong, listContacts, updateContact } from "./calls.js";
import { contactPanel } from "./detail.js";
import { say } from "./errors.js";
import { exportContacts } from "./export.js";
import { formDialog } from "./form.js";
import { t } from "./i18n.js";
import { createList } from "./list.js";
import { accountPicker } from "./picker.js";
import { avatar, button, empty, iconButton, stateFilter, statePill } from "./parts.js";
import { RULES } from "./rules.js";
import { announce, toast, undoable } from "./toast.js";
import { sendOnLeaving } from "./api.js";

/** What is looked for; it stays while one is elsewhere on the page. */
const filters = { search: "", account: null, status: "all" };
const FIRST_PAGE = 60;
const PAGE = 500;

const query = () => ({
  ...(filters.search && { search: filters.search }),
  ...(filters.account && { accounts: [filters.account.uuid] }),
  ...(filters.status !== "all" && { status: filters.status }),
});

const isFiltered = () => Object.keys(query()).length > 0;

function cells(contact) {
  const accounts = contact.associated_accounts.map((account) => account.name);
  const under = [contact.email ?? contact.phone, accounts[0]].filter(Boolean).join(" · ");
  return [
    h("div", { class: "who" }, avatar(fullName(contact), contact.uuid), h("div", { class: "lines" },
      h("span", { class: "name", dir: "auto" }, fullName(contact), contact.fresh && h("span", { class: "pill new" }, t("new"))),
      h("span", { class: "under narrow", dir: "auto" }, under || t("contact.noData")))),
    h("div", { class: "lines" }, contact.email && h("span", { class: "ellipsis" }, contact.email),
      contact.phone && h("span", { class: contact.email ? "under" : "ellipsis" }, contact.phone), !contact.email && !contact.phone && h("span", { class: "faint" }, "—")),
    accounts.length ? h("div", { class: "chips" }, h("span", { class: "chip", dir: "auto" }, accounts[0]),
      accounts.length > 1 && h("span", { class: "chip more" }, `+${accounts.length - 1}`)) : h("span", { class: "faint" }, "—"),
    statePill(contact.active),
  ];
}

/** The form for a new contact or an old one. @param {any} [contact] @param {(saved: any) => void} saved */
export function contactForm(contact, saved) {
  const field = (name, type) => ({ name, type, label: t(name), rule: RULES[name], value: contact?.[name] ?? "" });
  formDialog({
    title: t(contact ? "contact.edit" : "contact.new"),
    save: t(contact ? "save" : "contact.create"),
    fields: [field("first_name"), field("last_name"), field("email", "email-text"), field("phone", "tel")],
    async submit(values, { signal, again }) {
      let uuid = contact?.uuid;
      if (contact) await updateContact(uuid, values, { signal });
      else uuid = (again && (await findTwin(values, { signal }))?.uuid) || await createContact(values, { signal });
      saved(await getContact(uuid));
      toast(t(contact ? "contact.saved" : "contact.created", { name: fullName(values) }), { kind: "good" });
    },
  });
}

/** @param {{ go: (path: string) => void, setPanel: (panel: Element | null) => void }} shell */
export function contactsView({ go, setPanel }) {
  const list = createList({
    label: t("contacts"), kind: "contacts", selectable: true, name: fullName,
    columns: [t("col.name"), t("col.reach"), t("col.accounts"), t("col.state")],
    cells, load, open: (contact) => go(`contacts/${contact.uuid}`), nothing, changed,
  });
  const count = h("p", { class: "count", role: "status" });
  const search = h("input", { class: "input search-input", type: "search", "aria-label": t("search.contacts"), placeholder: t("search.placeholder"),
    value: filters.search, autocomplete: "off", spellcheck: "false", "data-shortcut": "search", enterkeyhint: "search" });
  const picker = accountPicker({ label: t("filter.account"), placeholder: t("filter.allAccounts"), chosen: filters.account, any: true,
    change: (account) => { filters.account = account; list.reload(); } });
  const states = stateFilter(filters.status, (status) => { filters.status = status; list.reload(); });
  const bar = bulkBar({ list, remove, patch });
  const searchSoon = debounced(() => {
    if (search.value.trim() === filters.search) return;
    filters.search = search.value.trim();
    list.reload();
  }, 220);
  search.addEventListener("input", searchSoon);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      list.focus();
    } else if (event.key === "Escape" && search.value) {
      event.preventDefault();
      event.stopPropagation();
      search.value = "";
      searchSoon();
    }
  });

  async function load(page, signal) {
    const answer = await listContacts({ ...query(), page, page_size: page ? PAGE : FIRST_PAGE }, { signal });
    if (filters.status !== "all") answer.data.forEach((contact) => (contact.active = filters.status === "active"));
    else mark(answer.data, signal);
    return answer;
  }

  /** The list does not say who is inactive; a second question does, once the rows are there. */
  async function mark(contacts, signal) {
    const uuids = contacts.map((contact) => contact.uuid);
    const inactive = await inactiveAmong(uuids, { signal }).catch(() => null);
    if (inactive) list.updateAll(new Map(uuids.map((uuid) => [uuid, { active: !inactive.has(uuid) }])));
  }

  function changed() {
    const n = list.items().length;
    count.textContent = list.whole() ? t("contacts.count", { n }) : n ? t("contacts.countMore", { n }) : "";
    bar.show(list.selected());
  }

  function nothing() {
    if (isFiltered()) {
      return empty("search", t("contacts.noneFound"), filters.search ? t("contacts.noneFoundFor", { search: filters.search }) : t("contacts.noneFoundText"),
        button(t("filter.clear"), { kind: "primary", onclick: clearFilters }));
    }
    return empty("people", t("contacts.none"), t("contacts.noneText"),
      button(t("contact.new"), { kind: "primary", icon: "plus", onclick: create }),
      button(t("import.short"), { icon: "upload", onclick: () => go("import") }));
  }

  function clearFilters() {
    filters.search = search.value = "";
    filters.status = "all";
    states.value = "all";
    if (filters.account) picker.set(null);
    else list.reload();
    search.focus();
  }

  function create() {
    contactForm(null, (contact) => {
      list.prepend({ ...contact, fresh: true });
      go(`contacts/${contact.uuid}`);
    });
  }

  /** What is shown of a contact, here and in the panel. */
  function patch(uuid, change) {
    list.update(uuid, change);
    if (panel?.uuid === uuid) panel.reload();
  }

  /** Takes contacts away, and deletes them when the time for a way back is over. */
  function remove(contacts) {
    const uuids = contacts.map((contact) => contact.uuid);
    const restore = list.remove(uuids);
    if (panel && uuids.includes(panel.uuid)) go("contacts");
    const n = contacts.length;
    undoable(n === 1 ? t("contact.deleting", { name: fullName(contacts[0]) }) : t("contacts.deleting", { n }), {
      restore: () => restore(),
      leave: () => uuids.slice(0, 9).forEach((uuid) => sendOnLeaving("contacts/contact", { action: "delete", uuid })),
      run: async () => {
        const { done, failed } = await bar.carryOut(t("contacts.deletingNow"), contacts,
          (contact, signal) => changeContact("delete", contact.uuid, { signal, lane: n > 1 ? "back" : "front" }));
        const gone = new Set(done.map((contact) => contact.uuid));
        const left = uuids.filter((uuid) => !gone.has(uuid));
        if (left.length) restore(left);
        if (failed.length && n === 1) toast(say(failed[0][1]), { kind: "bad" });
        else if (failed.length) toast(t("contacts.deletedSome", { n: done.length, failed: failed.length }), { kind: "bad" });
        else if (done.length) toast(n === 1 ? t("contact.deleted", { name: fullName(contacts[0]) }) : t("contacts.deleted", { n: done.length }), { kind: "good" });
      },
    });
  }

  let panel = null;
  /** Shows one contact beside the list, or none. @param {string | undefined} uuid */
  function openOne(uuid) {
    panel?.stop();
    const before = panel?.uuid;
    panel = uuid ? contactPanel({ uuid, known: list.find(uuid), go, patch: (change) => list.update(uuid, change),
      edit: (contact) => contactForm(contact, (saved) => patch(uuid, saved)), remove: (contact) => remove([contact]) }) : null;
    setPanel(panel?.element ?? null);
    list.mark(uuid);
    if (panel) panel.focus();
    else if (before) list.focus(before);
  }

  const exportButton = button(t("export"), { icon: "download", kind: "wide-only", onclick: () => exportContacts(query()) });
  const element = h("div", { class: "view" },
    h("header", { class: "view-head" }, h("div", {}, h("h1", { tabIndex: -1 }, t("contacts")), count),
      h("div", { class: "view-actions" }, iconButton(t("export"), "download", { class: "icon-button narrow-only", onclick: () => exportContacts(query()) }), exportButton,
        button(t("contact.new"), { kind: "primary fab", icon: "plus", "data-shortcut": "new", onclick: create }))),
    h("div", { class: "tools", role: "search" }, h("div", { class: "search" }, icon("search"), search), picker.element, states),
    list.element, bar.element);
  list.reload();
  return { element, open: openOne, stop: () => { panel?.stop(); list.stop(); }, title: t("contacts") };
}
