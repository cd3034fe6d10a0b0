/**
 * The message in place of the chart: loading, no prices, or why it failed.
 *
 * @typedef {"idle"|"loading"|"ready"|"empty"|"failed"} ChartState
 */

import { find, setHidden, setText } from "../ui/dom.js";

/** @param {HTMLElement} root @param {ChartState} state @param {string} [text] @param {boolean} [canRetry] */
export function showState(root, state, text = "", canRetry = false) {
  if (root.dataset.state !== state) root.dataset.state = state;
  setText(find("[data-chart=note-text]", root), text);
  const retry = find("[data-action=retry-chart]", root);
  if (!canRetry && retry === document.activeElement) find("[data-chart=face]", root).focus();
  setHidden(retry, !canRetry);
  setHidden(find("[data-chart=note]", root), text === "");
}
