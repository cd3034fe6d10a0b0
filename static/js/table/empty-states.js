/**
 * Messages in place of a table without rows: loading, no orders yet, no match, or failure.
 */

import { find, setHidden, setText } from "../ui/dom.js";

/** @typedef {"loading"|"failed"|"empty"|"none"|"rows"} TableState */

export class EmptyStates {
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {TableState} state @param {string} [text] */
  show(state, text = "") {
    for (const name of ["loading", "failed", "empty", "none"]) {
      const box = find(`#orders-${name}`, this.#root);
      // A hidden element loses the focus, and with it the keys.
      if (name !== state && !box.hidden && box.contains(document.activeElement)) this.#root.focus();
      setHidden(box, name !== state);
    }
    if (state === "failed") setText(find("[data-failure]", this.#root), text);
    if (state === "none") setText(find("[data-none-title]", this.#root), text);
  }
}
