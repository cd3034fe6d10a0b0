/**
 * Tracks which rows are visible. Rows not yet observed count as visible.
 */

export class VisibleRows {
  /** @type {WeakSet<Element>} */
  #hidden = new WeakSet();
  #observer;

  /** @param {(row: Element) => void} appeared called when a row becomes visible */
  constructor(appeared) {
    this.#observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) this.#hidden.add(target);
        else if (this.#hidden.delete(target)) appeared(target);
      }
    });
  }

  /** @param {Element} row */
  watch(row) {
    this.#observer.observe(row);
  }

  /** Forgets every row. */
  clear() {
    this.#observer.disconnect();
    this.#hidden = new WeakSet();
  }

  /** @param {Element} row */
  sees(row) {
    return !this.#hidden.has(row);
  }
}
