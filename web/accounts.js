// The accounts of the workspace, and beside the list one of them: its name, its state, who is associated with it.
import { browser, FILTERS, queryOf, searchField, stateFilter } from "./browse.js";
import { changeAccount, createAccount, findAccount, getAccount, listAccounts, renameAccount } from "./calls.js";
import { h } from "./dom.js";
import { isGone, say } from "./errors.js";
import { formDialog } from "./form.js";
import { t } from "./i18n.js";
import { linkList } from "./links.js";
import { createList } from "./list.js";
import { avatar, button, drawHead, empty, panelFrame, pill, statePill } from "./parts.js";
import { RULES } from "./rules.js";
import { toast, undoable } from "./toast.js";

const filters = FILTERS.accounts;

const cells = (account) => [
  h(
    "div.who",
    avatar(account.name, account.uuid, "square"),
    h("span.name", { dir: "auto" }, account.name, account.fresh && pill(t("new"), "new")),
  ),
  statePill("account", account.active),
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
      else uuid = (again && (await findAccount(name, { signal }))?.uuid) || (await createAccount(name, { signal }));
      saved(await getAccount(uuid));
      toast(t(account ? "account.saved" : "account.created", { name }), { kind: "good" });
    },
  });
}

/** @param {{ go: (path: string) => void, setPanel: (panel: Element | null) => void }} shell */
export function accountsView({ go, setPanel }) {
  const list = createList({
    label: t("accounts"),
    kind: "accounts",
    columns: [t("col.account"), t("col.state")],
    cells,
    nothing,
    load: (page, signal) => listAccounts({ ...queryOf(filters), page, page_size: page ? 500 : 100 }, { signal }),
    open: (account) => go(`accounts/${account.uuid}`),
    changed: (answered) => view.counted(answered),
  });
  const view = browser({
    kind: "accounts",
    list,
    setPanel,
    tools: [searchField(t("search.accounts"), filters, list).element, stateFilter("accounts", filters, list)],
    actions: [
      button(t("account.new"), { kind: "primary fab", icon: "plus", "data-shortcut": "new", onclick: create }),
    ],
    panelOf: (uuid) =>
      accountPanel({ uuid, known: list.find(uuid), go, patch: (change) => list.update(uuid, change), remove }),
  });

  function nothing() {
    const bare = Object.keys(queryOf(filters)).length === 0;
    return empty(
      "building",
      t(bare ? "accounts.none" : "accounts.noneFound"),
      t(bare ? "accounts.noneText" : "noneFoundText"),
      button(t("account.new"), { kind: "primary", icon: "plus", onclick: create }),
    );
  }

  function create() {
    accountForm(null, (account) => {
      list.prepend({ ...account, fresh: true });
      go(`accounts/${account.uuid}`);
    });
  }

  /** Takes an account off the list, and deletes it when the time for a way back is over. */
  function remove({ uuid, name }) {
    const restore = list.remove([uuid]);
    go("accounts");
    undoable(t("account.deleting", { name }), {
      restore,
      calls: [["accounts/account", { action: "delete", uuid }]],
      run: () =>
        changeAccount("delete", uuid)
          .then(() => toast(t("account.deleted", { name }), { kind: "good" }))
          .catch((error) => {
            if (!isGone(error)) restore();
            toast(say(error), { kind: "bad" });
          }),
    });
  }

  return view;
}

/** @param {{ uuid: string, known: any, go: any, patch: any, remove: any }} options */
function accountPanel({ uuid, known, go, patch, remove }) {
  const stop = new AbortController();
  const { signal } = stop;
  const frame = panelFrame(t("account"), () => go("accounts"));
  const card = h("div", h("div.skeleton.tall"));
  const links = linkList({ side: "account_uuid", uuid, signal });

  function draw(account) {
    const { name, active } = account;
    const rename = () =>
      accountForm(account, (saved) => {
        patch(saved);
        draw(saved);
      });
    drawHead(card, {
      kind: "account",
      name,
      key: uuid,
      active,
      shape: "square",
      actions: [
        button(t("rename"), { icon: "edit", onclick: rename }),
        button(t(active ? "inactivate" : "activate"), {
          icon: active ? "pause" : "play",
          onclick: () => setState(account),
        }),
        button(t("delete"), { icon: "trash", kind: "danger", onclick: () => remove(account) }),
      ],
      below: active ? [] : [h("p.hint", t("account.inactiveHint"))],
    });
  }

  async function load() {
    try {
      const account = await getAccount(uuid, { signal });
      draw(account);
      patch(account);
    } catch (error) {
      if (!signal.aborted)
        card.replaceChildren(h("p.faint", say(error)), button(t("tryAgain"), { kind: "quiet", onclick: load }));
    }
  }

  async function setState({ name, active }) {
    const action = active ? "inactivate" : "activate";
    try {
      await changeAccount(action, uuid);
      patch({ active: !active });
      toast(t(`account.${action}d`, { name }), { kind: "good" });
    } catch (error) {
      toast(say(error), { kind: "bad" });
    }
    if (!signal.aborted) await load();
  }

  if (known) draw(known);
  frame.body.append(
    card,
    h(
      "section.panel-section",
      { "aria-labelledby": "links-title" },
      h("div.section-head", h("h3", { id: "links-title" }, t("account.people"))),
      links.element,
    ),
  );
  load();
  return { uuid, element: frame.element, focus: frame.focus, reload: load, stop: () => stop.abort() };
}
