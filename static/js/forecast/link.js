/**
 * The link to the page that says how good the forecasts have been.
 */

import { make } from "../ui/dom.js";

/** @param {string} [text] */
export function aboutLink(text = "How good are these numbers?") {
  const link = make("a", "", text);
  link.href = "/forecasts/";
  return link;
}
