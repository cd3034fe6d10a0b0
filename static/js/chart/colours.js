/**
 * Colours of the theme, for a canvas, and notification when the theme changes.
 *
 * @typedef {Record<"surface"|"text"|"muted"|"line"|"lineStrong"|"buy"|"sell"|"onSide"|"rise"|"fall"|"coneFar"|"coneNear"|"coneEdge", string>} Colours
 */

/** @type {Record<keyof Colours, string>} */
const PROPERTIES = {
  surface: "--surface",
  text: "--text",
  muted: "--muted",
  line: "--line",
  lineStrong: "--line-strong",
  buy: "--buy",
  sell: "--sell",
  onSide: "--on-side",
  rise: "--rise",
  fall: "--fall",
  coneFar: "--cone-far",
  coneNear: "--cone-near",
  coneEdge: "--cone-edge",
};

/** @returns {Colours} */
export function themeColours() {
  const style = getComputedStyle(document.documentElement);
  const entries = Object.entries(PROPERTIES).map(([name, property]) => [name, style.getPropertyValue(property).trim()]);
  return /** @type {Colours} */ (Object.fromEntries(entries));
}

/** @param {() => void} changed */
export function watchTheme(changed) {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  matchMedia("(forced-colors: active)").addEventListener("change", changed);
}
