/**
 * Asks before the page is left with something typed and not sent, which is kept nowhere else. Signing out, and whoever has
 * the page reloaded, mean it.
 */

import { find } from "../ui/dom.js";

/** Whether the page is left next on purpose. */
let isMeant = false;

/** Reloads the page, without a question. */
export function reload() {
  isMeant = true;
  location.reload();
}

/** @param {() => boolean} isTyped whether something would be lost */
export function askBeforeLeaving(isTyped) {
  find("form[method=post]").addEventListener("submit", () => {
    isMeant = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!isMeant && isTyped()) event.preventDefault();
    // Where it stays after all, it is asked anew.
    isMeant = false;
  });
}
