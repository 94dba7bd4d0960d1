// The roles that contacts may have in accounts.
import { createRole, deleteRole, listRoles, renameRole } from "./calls.js";
import { confirm } from "./dialog.js";
import { h, icon } from "./dom.js";
import { say } from "./errors.js";
import { formDialog } from "./form.js";
import { t } from "./i18n.js";
import { forgetRoles } from "./links.js";
import { button, empty, iconButton } from "./parts.js";
import { RULES } from "./rules.js";
import { toast } from "./toast.js";

export function rolesView() {
  const stop = new AbortController();
  const body = h("ul.cards", { "aria-label": t("roles") });
  const notice = h("div");

  async function load() {
    forgetRoles();
    try {
      draw(await listRoles({ signal: stop.signal }));
    } catch (error) {
      if (stop.signal.aborted) return;
      body.replaceChildren();
      notice.replaceChildren(
        empty("alert", t("list.failed"), say(error), button(t("tryAgain"), { kind: "primary", onclick: load })),
      );
    }
  }

  function draw(roles) {
    notice.replaceChildren(
      ...(roles.length
        ? []
        : [
            empty(
              "tag",
              t("roles.none"),
              t("roles.noneText"),
              button(t("role.new"), { kind: "primary", icon: "plus", onclick: () => edit() }),
            ),
          ]),
    );
    body.replaceChildren(
      ...roles.map((role) =>
        h(
          "li.card-row",
          { "data-id": role.id },
          h("span.role-icon", icon("tag")),
          h("span.name", { dir: "auto" }, role.name),
          iconButton(t("role.rename", { name: role.name }), "edit", { onclick: () => edit(role) }),
          iconButton(t("role.delete", { name: role.name }), "trash", { onclick: () => remove(role) }),
        ),
      ),
    );
  }

  /** @param {import("./calls.js").Role} [role] */
  function edit(role) {
    formDialog({
      title: t(role ? "role.renameTitle" : "role.new"),
      save: t(role ? "save" : "role.create"),
      fields: [{ name: "name", label: t("role.name"), rule: RULES.role_name, value: role?.name ?? "" }],
      async submit({ name }, { signal, again }) {
        if (role) await renameRole(role.id, name, { signal });
        else if (!again || !(await listRoles({ signal })).some((other) => other.name === name.trim()))
          await createRole(name, { signal });
        toast(t(role ? "role.saved" : "role.created", { name }), { kind: "good" });
        await load();
      },
    });
  }

  /** Without a way back: a role that was deleted can't be made again with its id, and one in use can't be deleted at all. */
  async function remove(role) {
    if (
      !(await confirm(t("role.deleteTitle", { name: role.name }), t("role.deleteText"), t("delete"), {
        kind: "danger",
      }))
    )
      return;
    try {
      await deleteRole(role.id);
      toast(t("role.deleted", { name: role.name }), { kind: "good" });
    } catch (error) {
      toast(say(error), { kind: "bad" });
    }
    await load();
  }

  body.replaceChildren(...[1, 2, 3, 4, 5].map(() => h("li.skeleton")));
  load();
  const element = h(
    "div.view",
    h(
      "header.view-head",
      h("div", h("h1", { tabIndex: -1 }, t("roles")), h("p.count", t("roles.lead"))),
      h(
        "div.view-actions",
        button(t("role.new"), { kind: "primary fab", icon: "plus", "data-shortcut": "new", onclick: () => edit() }),
      ),
    ),
    h("div.page", body, notice),
  );
  return { element, open: () => {}, stop: () => stop.abort(), title: t("roles") };
}
