/**
 * A press of the pointer on a part of the page, from its beginning until the click that it makes has been heard: what is
 * pressed must not be exchanged meanwhile, or the click is lost, or means something else.
 */

export class PointerPress {
  #began;
  #ended;
  /** @type {Promise<void>|undefined} */
  #over;
  /** @type {() => void} */
  #resolve = () => {};

  /** @param {Element} part @param {{began: () => void, ended: () => void}} told */
  constructor(part, { began, ended }) {
    this.#began = began;
    this.#ended = ended;
    part.addEventListener("pointerdown", (event) => this.#begin(/** @type {PointerEvent} */ (event)));
    // The click comes right after these, before any timer.
    for (const type of ["pointerup", "pointercancel"]) {
      document.addEventListener(type, () => setTimeout(() => this.#end()), true);
    }
    addEventListener("blur", () => this.#end());
  }

  /** The same, not while something is pressed. @template T @param {Promise<T>} coming */
  async after(coming) {
    const come = await coming;
    while (this.#over) await this.#over;
    return come;
  }

  /** Another button than the first opens a menu, and its end may never be told. @param {PointerEvent} event */
  #begin({ button, isPrimary }) {
    if (button !== 0 || !isPrimary || this.#over) return;
    this.#over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#began();
  }

  #end() {
    if (!this.#over) return;
    this.#over = undefined;
    this.#resolve();
    this.#ended();
  }
}
