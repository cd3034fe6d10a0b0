/**
 * Tracks a pointer press on a part of the page, from its start until its click was handled. The pressed elements must
 * not be replaced meanwhile, or the click would be lost or act on something else.
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
    // The click follows these events before any timer.
    for (const type of ["pointerup", "pointercancel"]) {
      document.addEventListener(type, () => setTimeout(() => this.#end()), true);
    }
    addEventListener("blur", () => this.#end());
  }

  /** Resolves like `coming`, but not during a press. @template T @param {Promise<T>} coming */
  async after(coming) {
    const come = await coming;
    while (this.#over) await this.#over;
    return come;
  }

  /**
   * Only the primary button counts: others open a menu, and their release may not be reported.
   *
   * @param {PointerEvent} event
   */
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
