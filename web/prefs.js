// What the browser keeps from one day to the next: language and theme, and nothing else.

/** @param {"lang" | "theme"} name @param {string} value "" forgets it */
export function keep(name, value) {
  try {
    if (value) localStorage.setItem(`contacts.${name}`, value);
    else localStorage.removeItem(`contacts.${name}`);
  } catch {
    // It holds until the page is left, then.
  }
}

/** "light", "dark", or "" where the system decides. */
export const theme = () => document.documentElement.dataset.theme ?? "";

/** @param {string} value "light", "dark" or "" */
export function setTheme(value) {
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  keep("theme", value);
}
