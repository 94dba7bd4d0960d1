// The way in: a token, pasted; or the place where one signs in, if the service names one.
import { confirm, openDialog } from "./dialog.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { button, emblem } from "./parts.js";
import { awaitToken, isMine, loginUrl, looksLikeToken, signIn } from "./session.js";

/**
 * A field for a token, and what is wrong with what was pasted.
 * @param {string} kind of its button @param {() => void} enter
 * @param {(token: string) => boolean} [allowed] whether it is of somebody who may enter here
 */
export function tokenForm(kind, enter, allowed = () => true) {
  const message = h("p.field-message", { id: "token-message" });
  const input = h("input.input", {
    id: "token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "token-message",
  });
  function send(event) {
    event.preventDefault();
    const given = looksLikeToken(input.value);
    if (given && allowed(input.value)) {
      signIn(input.value);
      return enter();
    }
    const why = given ? "renew.other" : input.value.trim() ? "enter.notAToken" : "enter.empty";
    message.replaceChildren(icon("alert"), h("span", t(why)));
    input.setAttribute("aria-invalid", "true");
    input.parentElement.classList.add("bad");
    input.focus();
  }
  return h(
    "form.form",
    { novalidate: true, onsubmit: send },
    h("div.field", h("label", { for: "token" }, t("enter.token")), input, message),
    button(t("enter.go"), { kind: `wide ${kind}`, type: "submit" }),
  );
}

/** @param {{ why?: string, enter: () => void }} options `why` is said first, such as that the token is over */
export function enterView({ why = "", enter }) {
  const login = loginUrl();
  const form = tokenForm(login ? "" : "primary", enter);
  return h(
    "main.enter",
    { id: "main" },
    h(
      "div.enter-card",
      emblem(52, "enter-mark"),
      h("h1", { tabIndex: -1 }, t("enter.title")),
      h("p.enter-lead", t("enter.lead")),
      why && h("p.enter-why", { role: "alert" }, icon("alert"), h("span", why)),
      login && [h("a.button.primary.wide", { href: login }, t("enter.login")), h("p.or", t("enter.or"))],
      form,
      h("p.hint", t("enter.tab")),
    ),
  );
}

/** Asks for another token of the same user above the page. @returns {Promise<boolean>} whether there is one */
export function askAgain() {
  return new Promise((resolve) => {
    const login = loginUrl();
    let renewed = false;
    const enter = () => {
      renewed = true;
      close();
    };
    const form = tokenForm("primary", enter, isMine);
    const ignore = awaitToken(enter);
    const content = [
      h("p.dialog-text", t("renew.text")),
      login && h("p.dialog-text", h("a", { href: login, target: "_blank" }, t("enter.login"))),
      form,
    ];
    /** What is below would be lost, so a slip is not enough. */
    const beforeClose = () => {
      confirm(t("signOut.title"), t("renew.leave"), t("signOut"), { kind: "danger" }).then((yes) => yes && close());
      return false;
    };
    const closed = () => {
      ignore();
      resolve(renewed);
    };
    const { close } = openDialog(t("renew.title"), content, { kind: "small", beforeClose, closed });
    form.querySelector("input").focus();
  });
}
