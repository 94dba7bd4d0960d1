// A form in a dialog: bounds are checked while one types, what the service refuses is said beside the field, and what
// was typed is never lost.
import { h, icon } from "./dom.js";
import { confirm, openDialog } from "./dialog.js";
import { Lost, say, sayField } from "./errors.js";
import { t } from "./i18n.js";
import { button } from "./parts.js";
import { length, problem } from "./rules.js";
import { announce } from "./toast.js";

/** @typedef {{ name: string, label: string, rule: import("./rules.js").Rule, type?: string, value?: string, hint?: string,
 *   autocomplete?: string }} Field */

let count = 0;

/** A field with its label, its message, and how much room is left where it gets short. @param {Field} field */
export function makeField({ name, label, rule, type = "text", value = "", hint = "" }) {
  const id = `field-${++count}`;
  const message = h("p.field-message", { id: `${id}-message` });
  const left = h("span.field-count", { "aria-hidden": "true" });
  const input = h("input.input", {
    id,
    name,
    type,
    value,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-message`,
    "aria-required": rule.required ? "true" : null,
  });
  const element = h(
    "div.field",
    h("label", { for: id }, label, !rule.required && h("span.optional", t("optional")), left),
    input,
    message,
  );
  let touched = false;

  function tell(text, bad) {
    element.classList.toggle("bad", bad);
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    message.replaceChildren(...(text ? [bad ? icon("alert") : "", h("span", text)] : []));
  }

  /** Says what is wrong; of what was not touched yet only that it is too long or has what it must not. */
  function check(now = false) {
    touched ||= now;
    const found = problem(rule, input.value);
    const early = found && (found[0] === "rule.max" || found[0] === "rule.control");
    const used = length(input.value);
    left.textContent = used > rule.max - 10 ? `${used}/${rule.max}` : "";
    if (found && (touched || early)) tell(t(...found), true);
    else tell(hint, false);
    return !found;
  }
  input.addEventListener("input", () => check());
  input.addEventListener("blur", () => input.value !== value && check(true));
  check();
  return {
    element,
    input,
    check,
    refuse: (text) => tell(text, true),
    value: () => input.value,
    changed: () => input.value !== value,
  };
}

/**
 * A dialog with fields. It closes when `submit` was done; what `submit` throws is said in it.
 * @param {{ title: string, fields: Field[], save: string, lead?: any,
 *   submit: (values: Record<string, string>, how: { signal: AbortSignal, again: boolean }) => Promise<void> }} options
 *   `again` says that the last attempt may have been carried out
 */
export function formDialog({ title, fields, save, lead, submit }) {
  const made = fields.map((field) => ({ name: field.name, ...makeField(field) }));
  const trouble = h("div.form-trouble", { role: "alert" });
  const saveButton = button(save, { kind: "primary", type: "submit" });
  const stop = new AbortController();
  let sending = false,
    doubt = false,
    saved = false;

  async function send(event) {
    event?.preventDefault();
    if (sending) return;
    const wrong = made.filter((field) => !field.check(true));
    if (wrong.length) {
      wrong[0].input.focus();
      announce(t("form.wrong", { n: wrong.length }));
      return;
    }
    busy(true);
    trouble.replaceChildren();
    try {
      await submit(Object.fromEntries(made.map((field) => [field.name, field.value()])), {
        signal: stop.signal,
        again: doubt,
      });
      saved = true;
      close();
    } catch (error) {
      if (stop.signal.aborted) return;
      doubt = error instanceof Lost;
      const at = sayField(
        error,
        made.map((field) => field.name),
      );
      const field = at && made.find((field) => field.name === at[0]);
      if (field) {
        field.refuse(at[1]);
        field.input.focus();
      } else {
        trouble.replaceChildren(
          icon("alert"),
          h("p", say(error)),
          error instanceof Lost ? button(t("tryAgain"), { kind: "quiet", onclick: () => send() }) : "",
        );
      }
    } finally {
      busy(false);
    }
  }

  function busy(value) {
    sending = value;
    saveButton.classList.toggle("busy", value);
    saveButton.setAttribute("aria-disabled", `${value}`);
    saveButton.lastChild.textContent = value ? t("saving") : save;
  }

  function beforeClose() {
    if (saved || !made.some((field) => field.changed())) return true;
    confirm(t("form.discardTitle"), t("form.discardText"), t("form.discard"), { kind: "danger" }).then((yes) => {
      if (yes) {
        saved = true;
        close();
      }
    });
    return false;
  }

  const form = h(
    "form.form",
    { novalidate: true, onsubmit: send },
    lead,
    made.map((field) => field.element),
    trouble,
    h("footer.dialog-foot", button(t("cancel"), { onclick: () => beforeClose() && close() }), saveButton),
  );
  const { element, close } = openDialog(title, [form], { beforeClose, closed: () => stop.abort() });
  made[0].input.focus();
  made[0].input.select();
  return { element, close };
}
