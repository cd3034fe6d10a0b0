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

/** A mark beside a number of the table; arrow keys reach it from the row, as they do the row's buttons. */
export function aboutMark() {
  const link = make("a", "touch-about");
  link.tabIndex = -1;
  link.title = QUESTION;
  // The mark itself is no text of the cell.
  link.setAttribute("aria-label", QUESTION);
  return link;
}
