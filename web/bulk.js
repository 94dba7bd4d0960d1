// What can be done with several contacts at once, one call after another within the rate limit.
import { h } from "./dom.js";
import { changeContact } from "./calls.js";
import { Refused, say } from "./errors.js";
import { exportRows } from "./export.js";
import { t } from "./i18n.js";
import { associateAnew, linkDialog } from "./links.js";
import { reloadShown } from "./list.js";
import { button, iconButton } from "./parts.js";
import { job, toast } from "./toast.js";

/** @param {{ list: any, remove: (contacts: any[]) => void, patch: (uuid: string, change: object) => void }} options */
export function bulkBar({ list, remove, patch }) {
  const count = h("p.bulk-count");
  const act = (label, icon, run, kind = "") =>
    button(label, { icon, kind: `quiet ${kind}`, "aria-label": label, onclick: () => run(list.selected()) });
  const element = h(
    "div.bulk",
    { role: "toolbar", "aria-label": t("bulk.label"), hidden: true },
    iconButton(t("bulk.clear"), "close", {
      onclick: () => {
        list.clearSelection();
        list.focus();
      },
    }),
    count,
    act(t("activate"), "play", (contacts) => changeState("activate", contacts)),
    act(t("inactivate"), "pause", (contacts) => changeState("inactivate", contacts)),
    act(t("associate"), "link", associateAll),
    act(t("export"), "download", (contacts) => exportRows(contacts)),
    act(t("delete"), "trash", removeAll, "danger"),
  );

  function removeAll(contacts) {
    remove(contacts);
    list.focus();
  }

  /** Says what became of it; what was so already is told apart from what failed. */
  function tell(key, { done, failed, stopped }, wasSo) {
    const same = failed.filter(([, error]) => error instanceof Refused && error.code === wasSo);
    const bad = failed.filter((entry) => !same.includes(entry));
    // Whoever went elsewhere and came back has a list from the middle of it.
    if (!list.element.isConnected) reloadShown("contacts");
    const parts = [
      t(key, { n: done.length }),
      same.length && t("bulk.same", { n: same.length }),
      bad.length && t("bulk.failed", { n: bad.length, why: say(bad[0][1]) }),
      stopped && t("bulk.stopped"),
    ];
    toast(parts.filter(Boolean).join(" "), { kind: bad.length ? "bad" : "good", ms: bad.length ? 12000 : undefined });
  }

  async function changeState(action, contacts) {
    const active = action === "activate";
    const result = await job(t(`bulk.${action}`), contacts, async (contact, signal) => {
      await changeContact(action, contact.uuid, { signal, lane: "back" });
      patch(contact.uuid, { active });
    });
    tell(`bulk.${action}Done`, result, 4);
  }

  function associateAll(contacts) {
    linkDialog(t("bulk.associateTitle", { n: contacts.length }), async (account, role) => {
      job(t("bulk.associate"), contacts, async (contact, signal) => {
        await associateAnew(contact.uuid, account.uuid, role.id, { signal, lane: "back" });
        const accounts = list.find(contact.uuid)?.associated_accounts ?? [];
        patch(contact.uuid, { associated_accounts: [...accounts, account] });
      }).then((result) => tell("bulk.associateDone", result, 8));
    });
  }

  return {
    element,
    /** @param {any[]} contacts */
    show(contacts) {
      element.hidden = contacts.length === 0;
      count.textContent = t("bulk.count", { n: contacts.length });
    },
  };
}
