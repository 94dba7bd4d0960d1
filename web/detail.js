// One contact: who it is, how to reach them, what they are to which accounts.
import { h, icon } from "./dom.js";
import { changeContact, fullName, getContact } from "./calls.js";
import { say } from "./errors.js";
import { t } from "./i18n.js";
import { linkDialog, linkList, standing } from "./links.js";
import { button, drawHead, iconButton, panelFrame } from "./parts.js";
import { toast } from "./toast.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"), { kind: "good", ms: 2500 });
  } catch {
    toast(t("copyFailed"), { kind: "bad" });
  }
}

/** A way to reach somebody, or what to say where there is none. */
function reach(picture, label, value, scheme) {
  return h(
    "div.reach",
    icon(picture),
    h(
      "div.lines",
      h("span.under", label),
      value
        ? h(
            "a",
            { href: scheme + encodeURIComponent(value).replace(/%40/g, "@").replace(/%2B/g, "+"), dir: "auto" },
            value,
          )
        : h("span.faint", t("notGiven")),
    ),
    value && iconButton(t("copy", { what: label.toLowerCase() }), "copy", { onclick: () => copy(value) }),
  );
}

/** @param {{ uuid: string, known: any, go: any, patch: any, edit: any, remove: any }} options */
export function contactPanel({ uuid, known, go, patch, edit, remove }) {
  const stop = new AbortController();
  const { signal } = stop;
  const frame = panelFrame(t("contact"), () => go("contacts"));
  const card = h("div", h("div.skeleton.tall"));
  const links = linkList({
    side: "contact_uuid",
    uuid,
    signal,
    changed: (all) =>
      patch({ associated_accounts: all.map((link) => ({ uuid: link.account_uuid, name: link.account_name })) }),
  });
  const associateButton = button(t("associate"), {
    icon: "plus",
    kind: "quiet",
    onclick: () => linkDialog(t("link.new"), links.add),
  });
  const section = h(
    "section.panel-section",
    { "aria-labelledby": "links-title" },
    h("div.section-head", h("h3", { id: "links-title" }, t("link.title")), associateButton),
    links.element,
  );

  function draw(contact) {
    const { active, email, phone } = contact;
    drawHead(card, {
      kind: "contact",
      name: fullName(contact),
      key: uuid,
      active,
      actions: [
        button(t("edit"), { icon: "edit", onclick: () => edit(contact) }),
        active !== undefined &&
          button(t(active ? "inactivate" : "activate"), {
            icon: active ? "pause" : "play",
            onclick: () => setState(contact),
          }),
        button(t("delete"), { icon: "trash", kind: "danger", onclick: () => remove(contact) }),
      ],
      below: [
        h(
          "section.panel-section",
          { "aria-label": t("contact.reach") },
          reach("mail", t("email"), email, "mailto:"),
          reach("phone", t("phone"), phone, "tel:"),
        ),
      ],
    });
  }

  async function load() {
    try {
      const contact = await getContact(uuid, { signal });
      draw(contact);
      section.hidden = false;
      patch(standing(contact));
    } catch (error) {
      if (signal.aborted) return;
      card.replaceChildren(h("p.faint", say(error)), button(t("tryAgain"), { kind: "quiet", onclick: load }));
      section.hidden = true;
    }
  }

  async function setState(contact) {
    const action = contact.active ? "inactivate" : "activate";
    try {
      await changeContact(action, uuid);
      patch({ active: !contact.active });
      toast(t(`contact.${action}d`, { name: fullName(contact) }), { kind: "good" });
    } catch (error) {
      toast(say(error), { kind: "bad" });
    }
    if (!signal.aborted) await load();
  }

  if (known) draw(known);
  frame.body.append(card, section);
  load();
  return { uuid, element: frame.element, focus: frame.focus, reload: load, stop: () => stop.abort() };
}
