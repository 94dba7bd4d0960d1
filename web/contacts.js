// The contacts: search, filters, the list, what can be done with several at once, and one of them beside it.
import { browser, FILTERS, queryOf, searchField, stateFilter } from "./browse.js";
import { bulkBar } from "./bulk.js";
import {
  changeContact,
  createContact,
  findTwin,
  fullName,
  getContact,
  inactiveAmong,
  listContacts,
  updateContact,
} from "./calls.js";
import { contactPanel } from "./detail.js";
import { h } from "./dom.js";
import { isGone, say } from "./errors.js";
import { exportContacts } from "./export.js";
import { formDialog } from "./form.js";
import { t } from "./i18n.js";
import { standing } from "./links.js";
import { createList } from "./list.js";
import { avatar, button, empty, iconButton, pill, statePill } from "./parts.js";
import { accountPicker } from "./picker.js";
import { RULES } from "./rules.js";
import { job, toast, undoable } from "./toast.js";

const filters = FILTERS.contacts;
const FIRST_PAGE = 100;
const PAGE = 500;

/** A row: all of it where there is room, and where there is little, one line below the name. */
function cells({ uuid, email, phone, active, fresh, associated_accounts: accounts, ...names }) {
  const under = [email ?? phone, accounts[0]?.name].filter(Boolean).join(" · ");
  const none = h("span.faint", "—");
  return [
    h(
      "div.who",
      avatar(fullName(names), uuid),
      h(
        "div.lines",
        h("span.name", { dir: "auto" }, fullName(names), fresh && pill(t("new"), "new")),
        h("span.under.narrow", { dir: "auto" }, under || t("contact.noData")),
      ),
    ),
    email || phone
      ? h("div.lines", h("span.ellipsis", email ?? phone), email && phone && h("span.under", phone))
      : none,
    accounts.length
      ? h(
          "div.chips",
          h("span.chip", { dir: "auto" }, accounts[0].name),
          accounts.length > 1 && h("span.chip.more", `+${accounts.length - 1}`),
        )
      : none.cloneNode(true),
    statePill("contact", active),
  ];
}

/** The form for a new contact or an old one. @param {any} contact @param {(saved: any) => void} saved */
function contactForm(contact, saved) {
  const field = (name, type) => ({ name, type, label: t(name), rule: RULES[name], value: contact?.[name] ?? "" });
  formDialog({
    title: t(contact ? "contact.edit" : "contact.new"),
    save: t(contact ? "save" : "contact.create"),
    fields: [field("first_name"), field("last_name"), field("email", "text"), field("phone", "tel")],
    async submit(values, { signal, again }) {
      let uuid = contact?.uuid;
      // After a try that got no answer it is not known what there is: all of it is sent.
      if (contact) await updateContact(again ? { uuid } : contact, values, { signal });
      else uuid = (again && (await findTwin(values, { signal }))?.uuid) || (await createContact(values, { signal }));
      saved(await getContact(uuid));
      toast(t(contact ? "contact.saved" : "contact.created", { name: fullName(values) }), { kind: "good" });
    },
  });
}

/** @param {{ go: (path: string) => void, setPanel: (panel: Element | null) => void }} shell */
export function contactsView({ go, setPanel }) {
  const query = () => queryOf(filters);
  const list = createList({
    label: t("contacts"),
    kind: "contacts",
    selectable: true,
    name: fullName,
    columns: [t("col.name"), t("col.reach"), t("col.accounts"), t("col.state")],
    cells,
    load,
    open: (contact) => go(`contacts/${contact.uuid}`),
    nothing,
    changed: (answered) => {
      view.counted(answered);
      bar.show(list.selected());
    },
  });
  const search = searchField(t("search.contacts"), filters, list);
  const states = stateFilter("contacts", filters, list);
  const picker = accountPicker({
    label: t("filter.account"),
    placeholder: t("filter.allAccounts"),
    chosen: filters.account,
    any: true,
    change: (account) => {
      filters.account = account;
      list.reload();
    },
  });
  const bar = bulkBar({ list, remove, patch });
  const exportAll = { onclick: () => exportContacts(query()) };
  const view = browser({
    kind: "contacts",
    list,
    setPanel,
    tools: [search.element, picker.element, states],
    below: bar.element,
    actions: [
      iconButton(t("export"), "download", { class: "icon-button narrow-only", ...exportAll }),
      button(t("export"), { icon: "download", kind: "wide-only", ...exportAll }),
      button(t("contact.new"), { kind: "primary fab", icon: "plus", "data-shortcut": "new", onclick: create }),
    ],
    panelOf: (uuid) =>
      contactPanel({
        uuid,
        known: list.find(uuid),
        go,
        patch: (change) => list.update(uuid, change),
        remove: (contact) => remove([contact]),
        edit: (contact) => contactForm(contact, (saved) => patch(uuid, saved)),
      }),
  });

  async function load(page, signal) {
    const answer = await listContacts({ ...query(), page, page_size: page ? PAGE : FIRST_PAGE }, { signal });
    if (filters.status === "all") mark(answer.data, signal);
    else answer.data.forEach((contact) => (contact.active = filters.status === "active"));
    answer.data = answer.data.map(standing);
    return answer;
  }

  /** The list does not say who is inactive; a second question does, once the rows are there. */
  async function mark(contacts, signal) {
    const uuids = contacts.map((contact) => contact.uuid);
    const inactive = await inactiveAmong(uuids, { signal }).catch(() => null);
    if (inactive) list.updateAll(new Map(uuids.map((uuid) => [uuid, { active: !inactive.has(uuid) }])));
  }

  function nothing() {
    if (Object.keys(query()).length) {
      const why = filters.search ? t("contacts.noneFoundFor", { search: filters.search }) : t("noneFoundText");
      return empty(
        "search",
        t("contacts.noneFound"),
        why,
        button(t("filter.clear"), { kind: "primary", onclick: clearFilters }),
      );
    }
    return empty(
      "people",
      t("contacts.none"),
      t("contacts.noneText"),
      button(t("contact.new"), { kind: "primary", icon: "plus", onclick: create }),
      button(t("import.short"), { icon: "upload", onclick: () => go("import") }),
    );
  }

  function clearFilters() {
    filters.search = search.input.value = "";
    filters.status = states.value = "all";
    picker.set(null);
    search.input.focus();
  }

  function create() {
    contactForm(null, (contact) => {
      list.prepend({ ...contact, fresh: true });
      go(`contacts/${contact.uuid}`);
    });
  }

  /** Shows what has changed of a contact, here and beside the list. */
  function patch(uuid, change) {
    list.update(uuid, change);
    if (view.panel()?.uuid === uuid) view.panel().reload();
  }

  /** Takes contacts off the list, and deletes them when the time for a way back is over. */
  function remove(contacts) {
    const uuids = contacts.map((contact) => contact.uuid);
    const restore = list.remove(uuids);
    if (uuids.includes(view.panel()?.uuid)) go("contacts");
    const [n, name] = [contacts.length, fullName(contacts[0])];
    const told = (one, many, values = {}) => t(n === 1 ? one : many, { n, name, ...values });
    undoable(told("contact.deleting", "contacts.deleting"), {
      restore,
      calls: uuids.map((uuid) => ["contacts/contact", { action: "delete", uuid }]),
      run: async () => {
        const { done, failed } = await job(t("contacts.deletingNow"), contacts, (contact, signal) =>
          changeContact("delete", contact.uuid, { signal, lane: n > 1 ? "back" : "front" }),
        );
        const gone = [...done, ...failed.filter(([, error]) => isGone(error)).map(([contact]) => contact)];
        const left = uuids.filter((uuid) => !gone.some((contact) => contact.uuid === uuid));
        if (left.length) restore(left);
        if (failed.length)
          toast(n === 1 ? say(failed[0][1]) : t("contacts.deletedSome", { n: done.length, failed: failed.length }), {
            kind: "bad",
          });
        else if (done.length)
          toast(told("contact.deleted", "contacts.deleted", { n: done.length }), { kind: "good" });
      },
    });
  }

  return { ...view, escape: list.clearSelection };
}
