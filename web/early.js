// Before the first paint, so that nothing flashes in the wrong theme or language. No module: those run later.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = { theme: localStorage.getItem("contacts.theme"), lang: localStorage.getItem("contacts.lang") };
  } catch {
    // A browser may keep nothing; then the system's choices hold.
  }
  if (kept.theme === "light" || kept.theme === "dark") root.dataset.theme = kept.theme;
  const known = kept.lang === "es" || kept.lang === "en";
  root.lang = known ? kept.lang : /^es\b/i.test(navigator.language) ? "es" : "en";
})();
