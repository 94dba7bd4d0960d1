// Who is signed in: a token, for this tab only.

const KEY = "contacts.token";
let token = "";

/** The token of the address's fragment, or the one that this tab has. The fragment is taken out of the address. */
export function restore() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname + location.search);
    signIn(given);
  } else {
    try {
      token = sessionStorage.getItem(KEY) ?? "";
    } catch {
      token = "";
    }
  }
  return token !== "";
}

export const bearer = () => token;

/** @param {string} value as it was pasted: perhaps with blanks, or the scheme before it */
export function signIn(value) {
  token = value.trim().replace(/^bearer\s+/i, "");
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

/** What the token says of its user, to show it; only the service can tell whether it is true. */
export function user() {
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0))));
    const text = (value) => (["string", "number"].includes(typeof value) ? String(value) : "");
    return { name: text(claims.name) || text(claims.sub), workspace: text(claims.workspace) };
  } catch {
    return { name: "", workspace: "" };
  }
}

/** Where somebody signs in, if there is such a place; the service writes it into the page. */
export function loginUrl() {
  const url = document.querySelector('meta[name="login-url"]')?.getAttribute("content") ?? "";
  return /^(https?:\/)?\//.test(url) ? url : "";
}
