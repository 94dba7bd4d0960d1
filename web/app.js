// Where the page begins: who is signed in, which view is shown, and the frame around it.
import { accountsView } from "./accounts.js";
import { connection, onUnauthorized } from "./api.js";
import { contactsView } from "./contacts.js";
import { confirm } from "./dialog.js";
import { h, icon } from "./dom.js";
import { askAgain, enterView } from "./enter.js";
import { t } from "./i18n.js";
import { importView } from "./import.js";
import { listenToKeys } from "./keys.js";
import { avatar, emblem, iconButton } from "./parts.js";
import { rolesView } from "./roles.js";
import { bearer, given, isMine, isOver, loginUrl, restore, signInEverywhere, signOut, user } from "./session.js";
import { settings } from "./settings.js";
import { cutsOff, inHand, settle } from "./toast.js";

const VIEWS = { contacts: contactsView, accounts: accountsView, roles: rolesView, import: importView };
const PICTURES = { contacts: "people", accounts: "building", roles: "tag", import: "upload" };

const root = document.getElementById("app");
const narrow = matchMedia("(max-width: 860px)");
/** @type {{ name: string, element: HTMLElement, open: (id?: string) => void, stop: () => void, title: string, busy?: () => boolean } | null} */
let view = null;
let main, panelPlace, banner;

const path = () => location.hash.replace(/^#\/?/, "").split("/");
const go = (to) => (location.hash = `/${to}`);

/** Puts the panel of one beside the list; on a phone it covers it, and what is below can't be reached. */
function setPanel(panel) {
  panelPlace.replaceChildren(...(panel ? [panel] : []));
  root.classList.toggle("has-panel", panel !== null);
  reachOnlyWhatIsSeen();
}

function reachOnlyWhatIsSeen() {
  const covered = narrow.matches && root.classList.contains("has-panel");
  for (const part of root.querySelectorAll(".skip, .side, .top, .tabs, .main")) part.inert = covered;
}
narrow.addEventListener("change", reachOnlyWhatIsSeen);

function show() {
  if (!bearer()) return;
  const [name, id] = path();
  const known = name in VIEWS ? name : "contacts";
  if (view?.name !== known) {
    view?.stop();
    setPanel(null);
    view = { name: known, ...VIEWS[known]({ go, setPanel }) };
    main.replaceChildren(view.element);
    document.title = [...new Set([view.title, t("product")])].join(" · ");
    for (const link of root.querySelectorAll("[data-view]")) {
      if (link.dataset.view === known) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (!id) view.element.querySelector("h1").focus({ preventScroll: true });
  }
  view.open(id);
}

const shell = {
  again: () => start(),
  mayLeave: () => mayLeave(),
  async signOut() {
    const ask = () => confirm(t("signOut.title"), t("signOut.text"), t("signOut"), { kind: "danger" });
    if (!cutsOff() || (await ask())) leave();
  },
};

/** An import goes on only while it is in sight, so whatever ends it asks first. */
const mayLeave = async () =>
  !view?.busy?.() || confirm(t("leave.title"), t("leave.text"), t("leave.yes"), { kind: "danger" });

let shownPath = "";
async function routed() {
  const to = location.hash;
  if (view && path()[0] !== view.name && view.busy?.()) {
    history.replaceState(null, "", `#/${view.name}`);
    if (!(await mayLeave())) return;
    history.replaceState(null, "", to);
  }
  shownPath = to;
  show();
}

function navigation(kind) {
  return h(
    "nav",
    { class: kind, "aria-label": t("nav") },
    Object.keys(VIEWS).map((name) =>
      h(
        "a",
        { href: `#/${name}`, "data-view": name },
        icon(PICTURES[name]),
        h("span", t(name === "import" ? "import.short" : name)),
      ),
    ),
  );
}

function frame() {
  const { name, workspace } = user();
  const who = name || t("you");
  const opener = h(
    "button",
    { type: "button", class: "me" },
    avatar(who, who),
    h("span.unseen", t("menu.open", { name: "" })),
    h("span.name", who),
    icon("more"),
  );
  banner = h("div.banner", { role: "status", hidden: true });
  main = h("main.main", { id: "main" });
  panelPlace = h("div.panel-place");
  const skip = h(
    "a.skip",
    {
      href: "#main",
      onclick: (event) => {
        event.preventDefault();
        main.querySelector("h1").focus();
      },
    },
    t("skip"),
  );
  root.className = "app";
  root.replaceChildren(
    skip,
    h(
      "header.side",
      h(
        "a.brand",
        { href: "#/contacts" },
        emblem(32),
        h("span.lines", t("product"), h("span.under", workspace)),
      ),
      navigation("side-nav"),
      settings(opener, shell),
    ),
    h("header.top", settings(iconButton(t("menu.open", { name: who }), "menu"), shell)),
    banner,
    main,
    panelPlace,
    navigation("tabs"),
  );
}

/** The page is loaded anew, so that nothing of one user is left for the next. */
function leave(expired = false) {
  settle();
  signOut();
  if (expired && loginUrl()) return location.replace(loginUrl());
  history.replaceState({ expired }, "");
  location.reload();
}

function enter() {
  const why = history.state?.expired ? t("enter.expired") : "";
  root.className = "app";
  document.title = t("product");
  const element = enterView({ why, enter: start });
  root.replaceChildren(element, h("header.enter-menu", settings(iconButton(t("menu"), "menu"), shell)));
  element.querySelector(why ? "input" : "h1").focus();
}

function start() {
  root.removeAttribute("aria-busy");
  document.getElementById("notices").setAttribute("aria-label", t("notices"));
  view?.stop();
  view = null;
  if (!bearer()) return enter();
  shownPath = location.hash;
  frame();
  show();
}

/**
 * Enters with a token of the address. Who is signed in as somebody else is asked first: a link must not put anybody's work
 * into another's list.
 */
async function enterByAddress() {
  const token = given();
  if (!token) return false;
  if (bearer() && !isOver() && !isMine(token)) {
    if (!view) start();
    const { name, workspace } = user(token);
    const text = t("switch.text", { name: name || "?", workspace: workspace || "?" });
    if (!(await confirm(t("switch.title"), text, t("switch.yes")))) return false;
  }
  settle();
  signInEverywhere(token);
  return true;
}

connection.addEventListener("state", ({ detail }) => {
  if (!banner) return;
  banner.hidden = detail === "fine";
  banner.className = `banner ${detail}`;
  banner.replaceChildren(icon("offline"), h("span", t(detail === "busy" ? "banner.busy" : "banner.lost")));
  if (detail === "fine") banner.textContent = "";
});
/** @type {Promise<boolean> | null} while somebody is asked for another token */
let renewal = null;
onUnauthorized(() => {
  if (renewal) return renewal;
  // Above what somebody is just typing, and while something goes on, another token is asked for, so that nothing is lost.
  if (bearer() && (inHand() || document.querySelector("dialog[open]"))) {
    renewal = askAgain().then((renewed) => {
      renewal = null;
      if (!renewed) leave(true);
      return renewed;
    });
    return renewal;
  }
  if (bearer()) leave(true);
  return Promise.resolve(false);
});
listenToKeys({ go, escape: () => (path()[1] ? go(view.name) : view?.escape?.()) });
addEventListener("hashchange", async () => {
  if (location.hash.includes("token=")) {
    if (await enterByAddress()) location.reload();
    else history.replaceState(null, "", shownPath || location.pathname);
  } else if (location.hash !== shownPath) routed();
});

restore();
if ((await enterByAddress()) && view) location.reload();
else if (!view) start();
