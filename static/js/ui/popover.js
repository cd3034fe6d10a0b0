/**
 * A popover opened and closed by a button; a click elsewhere or Esc closes it and returns the focus to the button.
 */

import { composes } from "./keys.js";

/**
 * Closes open parts on a press elsewhere, and on Esc wherever the focus is, unless the focused element handles the key.
 *
 * @param {Element[]} parts
 * @param {() => boolean} isOpen
 * @param {(refocus: boolean) => void} close called with whether the focus was inside, or nowhere
 */
export function closeFromOutside(parts, isOpen, close) {
  const holds = (/** @type {EventTarget|null} */ target) =>
    target instanceof Node && parts.some((part) => part.contains(target));
  document.addEventListener("pointerdown", ({ target }) => {
    if (isOpen() && !holds(target)) close(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || composes(event) || !isOpen()) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    close(document.activeElement === document.body || holds(document.activeElement));
  });
}

export class Popover {
  #button;
  #card;
  #changed;
  #first;

  /**
   * @param {HTMLElement} button @param {HTMLElement} card @param {() => void} [changed] called after opening or closing
   * @param {string} [first] selector of the element to focus on opening
   */
  constructor(button, card, changed = () => {}, first = "input, select, button") {
    this.#button = button;
    this.#card = card;
    this.#changed = changed;
    this.#first = first;
    button.addEventListener("click", () => this.show(card.hidden));
    closeFromOutside(
      [button, card],
      () => this.open,
      (refocus) => (refocus ? this.show(false) : this.#set(false)),
    );
  }

  get open() {
    return !this.#card.hidden;
  }

  /** @param {boolean} open */
  show(open) {
    this.#set(open);
    const first = /** @type {HTMLElement|null} */ (this.#card.querySelector(this.#first));
    (open ? first : this.#button)?.focus();
  }

  /** @param {boolean} open */
  #set(open) {
    this.#card.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    this.#changed();
  }
}

/** Does the same for a `<details>` menu, which a choice closes as well. @param {HTMLDetailsElement} menu */
export function closeMenu(menu) {
  closeFromOutside(
    [menu],
    () => menu.open,
    (refocus) => {
      menu.open = false;
      if (refocus) menu.querySelector("summary")?.focus();
    },
  );
  menu.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("button[type=button]")) menu.open = false;
  });
}
