// Runs before the first paint, so that a dark room stays dark; page/theme.js takes over from here.
(() => {
  let theme = "system";
  try {
    theme = JSON.parse(localStorage.getItem("order-monitor.theme") ?? '"system"');
  } catch {
    // No memory, or a spoilt one: as the system.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
