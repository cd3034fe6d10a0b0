/**
 * Marks what has just changed for 600 ms: a cell at most twice a second, nothing where the person wants no motion.
 */

const FLASH_MS = 600;
const PAUSE_MS = 500;
/** Another name for the same animation: it begins anew without the styles having to be computed in between. */
const AGAIN = "again";
const CLASSES = ["row-new", "row-changed", "cell-up", "cell-down", "cell-changed", AGAIN];

/** @typedef {"row-new"|"row-changed"|"cell-up"|"cell-down"|"cell-changed"} Mark */

export class Flash {
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {WeakMap<Element, number>} */
  #lastOf = new WeakMap();
  /** @type {Map<Element, Mark>} */
  #next = new Map();
  /** When each marked element loses its mark, and which it is. @type {Map<Element, {until: number, mark: Mark}>} */
  #marked = new Map();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** Nothing is marked: what is drawn happened while nobody looked. */
  quiet = false;

  /** Takes note; `show()` does it for all at once. @param {Element} element @param {Mark} mark */
  mark(element, mark) {
    const time = performance.now();
    if (this.quiet || this.#still.matches || time - (this.#lastOf.get(element) ?? -Infinity) < PAUSE_MS) return;
    this.#lastOf.set(element, time);
    this.#next.set(element, mark);
  }

  show() {
    if (this.#next.size === 0) return;
    const until = performance.now() + FLASH_MS;
    for (const [element, mark] of this.#next) {
      const before = this.#marked.get(element)?.mark;
      if (before !== mark) {
        element.classList.remove(...CLASSES);
        element.classList.add(mark);
      } else if (mark !== "row-changed") {
        element.classList.toggle(AGAIN);
      }
      this.#marked.set(element, { until, mark });
    }
    this.#next.clear();
    this.#timer ??= setTimeout(() => this.#clear(), FLASH_MS);
  }

  /** Takes the marks off an element and all it holds. @param {Element} row */
  forget(row) {
    for (const element of [row, ...row.children]) {
      element.classList.remove(...CLASSES);
      this.#marked.delete(element);
      this.#next.delete(element);
      this.#lastOf.delete(element);
    }
  }

  #clear() {
    this.#timer = undefined;
    const time = performance.now();
    let wait = Infinity;
    for (const [element, { until }] of this.#marked) {
      if (until <= time) {
        element.classList.remove(...CLASSES);
        this.#marked.delete(element);
      } else {
        wait = Math.min(wait, until - time);
      }
    }
    if (this.#marked.size > 0) this.#timer = setTimeout(() => this.#clear(), wait);
  }
}
