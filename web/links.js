// What ties contacts to accounts: choosing an account and a role, and the links that there are.
import {
  associate,
  changeRole,
  createAccount,
  dissociate,
  fullName,
  listAccounts,
  listLinks,
  listRoles,
} from "./calls.js";
import { openDialog } from "./dialog.js";
import { h, icon } from "./dom.js";
import { isGone, Refused, say } from "./errors.js";
import { t } from "./i18n.js";
import { avatar, button, iconButton, pill } from "./parts.js";
import { accountPicker } from "./picker.js";
import { toast, undoable } from "./toast.js";

/** @type {Promise<import("./calls.js").Role[]> | null} roles change rarely, so they are asked for once */
let known = null;
export const roles = () =>
  (known ??= listRoles().catch((error) => {
    known = null;
    throw error;
  }));
/** After a change of the roles. */
export const forgetRoles = () => (known = null);

/** Links that are about to be removed, which the service still has, and what removes each at once. @type {Map<string, () => Promise<void>>} */
const removing = new Map();
const keyOf = (contact, account) => `${contact} ${account}`;
/** A contact without the accounts that it is about to lose. @template {import("./calls.js").Contact} C @param {C} contact @returns {C} */
export const standing = (contact) => ({
  ...contact,
  associated_accounts: contact.associated_accounts.filter(({ uuid }) => !removing.has(keyOf(contact.uuid, uuid))),
});
/** The links in sight. */
let reloadShown = () => {};

/** Associates; where the same link is about to be removed, that comes first. */
export async function associateAnew(contact, account, role, how) {
  const key = keyOf(contact, account);
  await removing.get(key)?.();
  removing.delete(key);
  return associate(contact, account, role, how);
}

export const roleOptions = (all, chosen) =>
  all.map((role) => h("option", { value: String(role.id), selected: role.id === chosen }, role.name));

/** Makes an account on the way, because to leave for another view would lose what is being done. */
async function makeAccount(name) {
  try {
    const uuid = await createAccount(name);
    toast(t("account.created", { name }), { kind: "good" });
    return { uuid, name, active: true };
  } catch (error) {
    toast(say(error), { kind: "bad" });
    return null;
  }
}

/**
 * Asks for an account and a role.
 * @param {string} title
 * @param {(account: import("./calls.js").Account, role: import("./calls.js").Role) => Promise<void>} submit
 */
export async function linkDialog(title, submit) {
  let all;
  try {
    all = await roles();
  } catch (error) {
    toast(say(error), { kind: "bad" });
    return;
  }
  const trouble = h("div.form-trouble", { role: "alert" });
  const say_ = (text) => trouble.replaceChildren(icon("alert"), h("p", text));
  const picker = accountPicker({
    label: t("account"),
    placeholder: t("link.account"),
    labelled: true,
    create: makeAccount,
    change: () => trouble.replaceChildren(),
  });
  const role = h("select.input", { id: "link-role" }, roleOptions(all, all[0]?.id));
  const save = button(t("associate"), { kind: "primary", type: "submit" });
  async function send(event) {
    event.preventDefault();
    const account = picker.value();
    if (!account) {
      say_(t("link.chooseAccount"));
      picker.input.focus();
      return;
    }
    const chosen = all.find((one) => String(one.id) === role.value);
    if (!chosen) return say_(t("link.noRole"));
    save.classList.add("busy");
    try {
      await submit(account, chosen);
      close();
    } catch (error) {
      if (error instanceof Refused) forgetRoles();
      say_(say(error));
    }
    save.classList.remove("busy");
  }
  const form = h(
    "form.form",
    { novalidate: true, onsubmit: send },
    h(
      "div.field",
      h("label", { for: picker.id }, t("account")),
      picker.element,
      h("p.field-message", t("link.hint")),
    ),
    h("div.field", h("label", { for: "link-role" }, t("role")), role),
    trouble,
    h("footer.dialog-foot", button(t("cancel"), { onclick: () => close() }), save),
  );
  const { close } = openDialog(title, [form], { kind: "roomy" });
  picker.input.focus();
}

/**
 * The links of a contact or of an account, with their roles.
 * @param {{ side: "contact_uuid" | "account_uuid", uuid: string, signal: AbortSignal,
 *   changed?: (links: import("./calls.js").Link[], whole: boolean) => void }} options
 */
export function linkList({ side, uuid, signal, changed = () => {} }) {
  const ofContact = side === "contact_uuid";
  const body = h("ul.links");
  const foot = h("div");
  const element = h("div", body, foot);
  let links = [],
    next = null,
    all = [],
    inactive = new Set();

  async function load(first = true) {
    if (first) body.replaceChildren(h("li.skeleton"), h("li.skeleton"));
    foot.replaceChildren();
    try {
      const [page, roleList] = await Promise.all([listLinks(side, uuid, first ? null : next, { signal }), roles()]);
      const stay = page.data.filter((link) => !removing.has(keyOf(link.contact_uuid, link.account_uuid)));
      links = first ? stay : [...links, ...stay];
      next = page.next_page;
      all = roleList;
      const isKnown = (link) => all.some((role) => role.id === link.rol_id && role.name === link.rol_name);
      if (!stay.every(isKnown)) {
        forgetRoles();
        all = await roles();
      }
      if (ofContact) await findInactive();
      draw();
    } catch (error) {
      if (signal.aborted) return;
      body.replaceChildren(
        h("li.link-none", say(error), " ", button(t("tryAgain"), { kind: "quiet", onclick: () => load() })),
      );
    }
  }

  /** A link does not say whether its account is inactive. */
  async function findInactive() {
    const accounts = links.map((link) => link.account_uuid);
    inactive = new Set(
      accounts.length
        ? (await listAccounts({ accounts, status: "inactive", page_size: 1000 }, { signal })).data.map(
            (account) => account.uuid,
          )
        : [],
    );
  }

  function draw() {
    body.replaceChildren(
      ...(links.length ? links.map(row) : [h("li.link-none", t(ofContact ? "link.none" : "link.nobody"))]),
    );
    foot.replaceChildren(...(next ? [button(t("loadMore"), { kind: "quiet", onclick: () => load(false) })] : []));
  }

  function row(link) {
    const name = ofContact ? link.account_name : fullName(link);
    const key = ofContact ? link.account_uuid : link.contact_uuid;
    const role = h(
      "select.input.small",
      { "aria-label": t("link.roleOf", { name }), onchange: () => setRole(link, role) },
      roleOptions(all, link.rol_id),
    );
    return h(
      "li.link",
      avatar(name, key, ofContact ? "square" : ""),
      h(
        "div.lines",
        h(
          "a",
          { href: `#/${ofContact ? "accounts" : "contacts"}/${key}`, class: "name", dir: "auto" },
          name,
          inactive.has(key) && pill(t("account.inactive"), "off"),
        ),
        role,
      ),
      iconButton(t("link.remove", { name }), "close", { onclick: () => remove(link, name) }),
    );
  }

  async function setRole(link, select) {
    const role = all.find((one) => String(one.id) === select.value);
    try {
      await changeRole(link.contact_uuid, link.account_uuid, role.id);
      Object.assign(link, { rol_id: role.id, rol_name: role.name });
      toast(t("link.roleSaved", { role: role.name }), { kind: "good" });
    } catch (error) {
      select.value = String(link.rol_id);
      toast(say(error), { kind: "bad" });
    }
  }

  function remove(link, name) {
    const place = links.indexOf(link);
    const update = () => {
      draw();
      changed(links, !next);
    };
    const { contact_uuid, account_uuid } = link;
    const key = keyOf(contact_uuid, account_uuid);
    links.splice(place, 1);
    const restore = () => {
      removing.delete(key);
      links.splice(place, 0, link);
      update();
      if (!element.isConnected) reloadShown();
    };
    const finish = undoable(t("link.removing", { name }), {
      restore,
      calls: [["contacts/dissociate-account", { contact_uuid, account_uuid }]],
      run: () =>
        dissociate(contact_uuid, account_uuid)
          .then(() => {
            removing.delete(key);
            toast(t("link.removed", { name }), { kind: "good" });
          })
          .catch((error) => {
            if (isGone(error)) removing.delete(key);
            else restore();
            toast(say(error), { kind: "bad" });
          }),
    });
    removing.set(key, finish);
    update();
    body.querySelector("a, button")?.focus();
  }

  load();
  reloadShown = () => load();
  return {
    element,
    reload: () => load(),
    async add(account, role) {
      await associateAnew(uuid, account.uuid, role.id);
      await load();
      changed(links, !next);
      toast(t("link.made", { name: account.name }), { kind: "good" });
    },
  };
}
