/**
 * Flashes changed rows and cells for 600 ms: a cell at most twice a second, nothing if the user prefers reduced motion.
 *
 * If more flash at once than an eye can follow, they do so without fading: each fade costs time in every frame.
 */

const FLASH_MS = 600;
const CROWD = 60;
const CROWDED_FLASH_MS = 300;
const CLEAR_MS = 50;
const PAUSE_MS = 500;
/** An alias of the same animation: switching names restarts it without a forced style recalculation. */
const AGAIN = "again";
const CLASSES = ["row-new", "row-changed", "cell-up", "cell-down", "cell-changed", AGAIN];

/** @typedef {"row-new"|"row-changed"|"cell-up"|"cell-down"|"cell-changed"} Mark */

export class Flash {
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {WeakMap<Element, number>} */
  #lastOf = new WeakMap();
  /** @type {Map<Element, Mark>} */
  #next = new Map();
  /** Each marked element's mark, and when it ends. @type {Map<Element, {until: number, mark: Mark}>} */
  #marked = new Map();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #crowded = false;
  #table;
  /** Suppresses marks: the changes happened out of view or in a backlog. */
  quiet = false;

  /** @param {Element} table gets the class `is-crowded` while marks do not fade */
  constructor(table) {
    this.#table = table;
  }

  /** Schedules a mark; `show()` applies all of them at once. @param {Element} element @param {Mark} mark */
  mark(element, mark) {
    const time = performance.now();
    if (this.quiet || this.#still.matches || time - (this.#lastOf.get(element) ?? -Infinity) < PAUSE_MS) return;
    this.#lastOf.set(element, time);
    this.#next.set(element, mark);
  }

  show() {
    if (this.#next.size === 0) return;
    this.#crowd(this.#marked.size + this.#next.size > CROWD);
    const lasts = this.#crowded ? CROWDED_FLASH_MS : FLASH_MS;
    const until = performance.now() + lasts;
    for (const [element, mark] of this.#next) {
      const before = this.#marked.get(element)?.mark;
      if (before !== mark) {
        element.classList.remove(...CLASSES);
        element.classList.add(mark);
      } else if (mark !== "row-changed" && !this.#crowded) {
        element.classList.toggle(AGAIN);
      }
      this.#marked.set(element, { until, mark });
    }
    this.#next.clear();
    this.#timer ??= setTimeout(() => this.#clear(), lasts);
  }

  /** Removes the marks of a row and its cells. @param {Element} row */
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
    if (this.#marked.size > 0) this.#timer = setTimeout(() => this.#clear(), Math.max(wait, CLEAR_MS));
    else this.#crowd(false);
  }

  /** @param {boolean} crowded */
  #crowd(crowded) {
    if (crowded === this.#crowded) return;
    this.#crowded = crowded;
    this.#table.classList.toggle("is-crowded", crowded);
  }
}
