// Who is signed in: a token, for this tab only.

const KEY = "contacts.token";
let token = "";

/** Takes up the token that this tab has. */
export function restore() {
  try {
    token = sessionStorage.getItem(KEY) ?? "";
  } catch {
    token = "";
  }
}

/** The token of the address's fragment, which is taken out of the address. */
export function given() {
  const value = new URLSearchParams(location.hash.slice(1)).get("token");
  if (value) history.replaceState(null, "", location.pathname + location.search);
  return value;
}

/** Signs in here, and in the other tabs that wait for this user. @param {string} value */
export function signInEverywhere(value) {
  signIn(value);
  const others = otherTabs();
  others?.postMessage(value);
  others?.close();
}

export const bearer = () => token;
const bare = (value) => value.trim().replace(/^bearer\s+/i, "");

/** @param {string} value as it was pasted: perhaps with blanks, or the scheme before it */
export function signIn(value) {
  token = bare(value);
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // It holds until the page is left.
  }
}

export function signOut() {
  token = "";
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** Whether it could be a token at all: three parts, of which the browser can send all characters. */
export const looksLikeToken = (value) => /^(bearer\s+)?[\w-]+\.[\w-]+\.[\w-]+$/i.test(value.trim());

function otherTabs() {
  try {
    return new BroadcastChannel(KEY);
  } catch {
    return null;
  }
}

/** Whether a token is of the user who is signed in: it says the same, but for when it was made and how long it is good. */
export function isMine(value) {
  const said = (of) =>
    JSON.stringify(
      Object.entries(claims(of))
        .filter(([name]) => !["exp", "iat", "nbf", "jti"].includes(name))
        .sort(),
    );
  try {
    return said(bare(value)) === said(token);
  } catch {
    return false;
  }
}

/** Takes over another token of the same user that another tab is given. @param {() => void} taken @returns {() => void} ends it */
export function awaitToken(taken) {
  const others = otherTabs();
  others?.addEventListener("message", ({ data }) => {
    if (!isMine(data)) return;
    signIn(data);
    taken();
  });
  return () => others?.close();
}

/** Whether the token has expired, as far as this clock tells. */
export function isOver() {
  try {
    return claims(token).exp * 1000 < Date.now();
  } catch {
    return true;
  }
}

function claims(of) {
  const part = of.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0))));
}

/** What a token says of its user, to show it; only the service can tell whether it is true. */
export function user(of = token) {
  try {
    const { name, sub, workspace } = claims(of);
    const text = (value) => (["string", "number"].includes(typeof value) ? String(value) : "");
    return { name: text(name) || text(sub), workspace: text(workspace) };
  } catch {
    return { name: "", workspace: "" };
  }
}

/** Where somebody signs in, if there is such a place; the service writes it into the page. */
export function loginUrl() {
  const url = document.querySelector('meta[name="login-url"]')?.getAttribute("content") ?? "";
  return /^(https?:\/)?\//.test(url) ? url : "";
}
