/**
 * The buttons in a row's last cell. They are updated in place while they mean the same, so that focus and a press under
 * way are not lost. When they are replaced, the focus moves to the row, never to a button that does something else.
 *
 * @import {Order} from "../../orders/order.js"
 *
 * @typedef {"none"|"idle"|"asking"|"sending"} Mode
 *
 * @typedef {object} How
 * @property {string} away why nothing can be sent; empty if requests can be sent
 * @property {boolean} ready whether "Yes" may be pressed
 * @property {boolean} hasDraft whether there is unsent input
 *
 * @typedef {object} Control
 * @property {string} text
 * @property {string} label
 * @property {string} [title]
 * @property {boolean} [disabled]
 */

import { isolate } from "../../text/bidi.js";
import { amount } from "../../text/format.js";
import { actionButton, make, setText } from "../../ui/dom.js";
import { setDisabled } from "../../ui/focus.js";

/** By their `data-action`. @type {Record<Mode, string[]>} */
const ACTIONS = { none: [], idle: ["amend", "cancel"], asking: ["confirm", "keep"], sending: [] };

/** @param {string} action @param {Order} order @param {How} how @returns {Control} */
function control(action, order, { away, ready, hasDraft }) {
  const what = nameOf(order);
  const sends = { title: away, disabled: away !== "" };
  switch (action) {
    case "amend":
      return hasDraft
        ? { ...sends, text: "Amend •", label: `Amend ${what}: typed, not sent`, title: away || "Typed, not sent" }
        : { ...sends, text: "Amend", label: `Amend ${what}` };
    case "cancel":
      return { ...sends, text: "Cancel", label: `Cancel ${what}` };
    case "confirm":
      return { ...sends, text: "Yes, cancel", label: `Yes, cancel ${what}`, disabled: away !== "" || !ready };
    default:
      return { text: "Keep", label: `Keep ${what}` };
  }
}

/** @param {Order} order */
function nameOf({ side, quantity, symbol }) {
  return `${side} ${amount(quantity)} ${isolate(symbol)}`;
}

/** @param {Mode} mode @returns {Node[]} */
function build(mode) {
  const buttons = ACTIONS[mode].map((action) => actionButton(action, "", "row-action"));
  if (mode === "sending") return [make("span", "muted", "Cancelling …")];
  if (mode === "asking") {
    buttons[0]?.classList.add("danger");
    return [make("div", "ask", make("span", "ask-what", ""), ...buttons)];
  }
  // Tab reaches the row, and the arrow keys these buttons from there.
  for (const button of buttons) button.tabIndex = -1;
  return buttons;
}

/** @param {HTMLButtonElement} button @param {boolean} disabled @param {HTMLElement} cell */
function enable(button, disabled, cell) {
  const keep = /** @type {HTMLElement|null} */ (cell.querySelector("[data-action=keep]"));
  // The focus never returns by itself to the button that cancels.
  if (keep && disabled && document.activeElement === button) keep.focus({ preventScroll: true });
  setDisabled(button, disabled, () => /** @type {HTMLElement} */ (cell.closest("tr")));
}

/** @param {HTMLTableCellElement} cell @param {Mode} mode @param {Order} order @param {How} how */
export function showButtons(cell, mode, order, how) {
  const isOther = cell.dataset.mode !== mode || cell.dataset.of !== String(order.id);
  const held = isOther && cell.contains(document.activeElement);
  cell.dataset.of = String(order.id);
  if (cell.dataset.mode !== mode) {
    cell.dataset.mode = mode;
    cell.classList.toggle("is-asking", mode === "asking");
    cell.replaceChildren(...build(mode));
  }
  if (held) cell.closest("tr")?.focus({ preventScroll: true });
  const question = cell.querySelector(".ask-what");
  if (question) setText(question, `Cancel ${nameOf(order)}?`);
  for (const button of cell.querySelectorAll("button")) {
    const { text, label, title = "", disabled = false } = control(button.dataset.action ?? "", order, how);
    setText(button, text);
    button.setAttribute("aria-label", label);
    button.title = title;
    enable(button, disabled, cell);
  }
}
