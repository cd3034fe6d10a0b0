/**
 * A card that a button opens and closes; a click elsewhere or Esc closes it, and the focus goes back to the button.
 */

export class Popover {
  #button;
  #card;

  /** @param {HTMLElement} button @param {HTMLElement} card */
  constructor(button, card) {
    this.#button = button;
    this.#card = card;
    button.addEventListener("click", () => this.show(card.hidden));
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.show(false);
    });
    document.addEventListener("pointerdown", ({ target }) => {
      const inside = target instanceof Node && (card.contains(target) || button.contains(target));
      if (!card.hidden && !inside) this.#set(false);
    });
  }

  get open() {
    return !this.#card.hidden;
  }

  /** @param {boolean} open */
  show(open) {
    this.#set(open);
    const first = /** @type {HTMLElement|null} */ (this.#card.querySelector("input, select, button"));
    (open ? first : this.#button)?.focus();
  }

  /** @param {boolean} open */
  #set(open) {
    this.#card.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
  }
}
