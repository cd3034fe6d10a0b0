/**
 * Links to the page that says how good the forecasts have been.
 */

import { make } from "../ui/dom.js";

const PAGE = "/forecasts/";
const QUESTION = "How good are these numbers?";

/** Where the page tells of one symbol alone. @param {string} symbol */
export function aboutSymbol(symbol) {
  return `${PAGE}?symbol=${encodeURIComponent(symbol)}`;
}

/** @param {string} [text] */
export function aboutLink(text = QUESTION) {
  const link = make("a", "", text);
  link.href = PAGE;
  return link;
}

/** The link that a number of the table is: reached from its row by arrow keys, as the row's buttons are. */
export function numberLink() {
  const link = aboutLink("");
  link.className = "touch-link";
  link.tabIndex = -1;
  link.setAttribute("aria-description", QUESTION);
  // So that the pointer selects its text.
  link.draggable = false;
  return link;
}
