/**
 * Asks for confirmation before the page is left with unsent input, which is kept nowhere else. Signing out and the
 * page's own reloads are not asked about.
 */

import { find } from "../ui/dom.js";

/** Whether the next unload is on purpose. */
let isMeant = false;

/** Reloads the page, without confirmation. */
export function reload() {
  isMeant = true;
  location.reload();
}

/** @param {() => boolean} isTyped whether input would be lost */
export function askBeforeLeaving(isTyped) {
  find("form[method=post]").addEventListener("submit", () => {
    isMeant = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!isMeant && isTyped()) event.preventDefault();
    // If the page stays open after all, ask again next time.
    isMeant = false;
  });
}
