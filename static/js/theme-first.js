// Runs before the first paint, to avoid a flash of the light theme; page/theme.js takes over from here.
(() => {
  let theme = "system";
  try {
    theme = JSON.parse(localStorage.getItem("order-monitor.theme") ?? '"system"');
  } catch {
    // No stored value, or a corrupt one: follow the system.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
