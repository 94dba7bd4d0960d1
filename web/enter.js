// The way in: a token, pasted; or the place where one signs in, if the service names one.
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { button } from "./parts.js";
import { loginUrl, looksLikeToken, signIn } from "./session.js";

/** A field for a token, and what is wrong with what was pasted. @param {string} kind of its button @param {() => void} enter */
export function tokenForm(kind, enter) {
  const message = h("p", { class: "field-message", id: "token-message" });
  const input = h("input", {
    class: "input",
    id: "token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "token-message",
  });
  function send(event) {
    event.preventDefault();
    if (looksLikeToken(input.value)) {
      signIn(input.value);
      return enter();
    }
    message.replaceChildren(icon("alert"), h("span", {}, t(input.value.trim() ? "enter.notAToken" : "enter.empty")));
    input.setAttribute("aria-invalid", "true");
    input.parentElement.classList.add("bad");
    input.focus();
  }
  return h(
    "form",
    { class: "form", novalidate: true, onsubmit: send },
    h("div", { class: "field" }, h("label", { for: "token" }, t("enter.token")), input, message),
    button(t("enter.go"), { kind: `wide ${kind}`, type: "submit" }),
  );
}

/** @param {{ why?: string, enter: () => void }} options `why` is said first, such as that the token is over */
export function enterView({ why = "", enter }) {
  const login = loginUrl();
  const form = tokenForm(login ? "" : "primary", enter);
  return h(
    "main",
    { class: "enter", id: "main" },
    h(
      "div",
      { class: "enter-card" },
      h("img", { src: "web/icon.svg", alt: "", width: 52, height: 52, class: "enter-mark" }),
      h("h1", { tabIndex: -1 }, t("enter.title")),
      h("p", { class: "enter-lead" }, t("enter.lead")),
      why && h("p", { class: "enter-why", role: "alert" }, icon("alert"), h("span", {}, why)),
      login && [
        h("a", { class: "button primary wide", href: login }, t("enter.login")),
        h("p", { class: "or" }, t("enter.or")),
      ],
      form,
      h("p", { class: "hint" }, t("enter.tab")),
    ),
  );
}
