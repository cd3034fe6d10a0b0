/**
 * The chart's texts: last price and change, the bar under the pointer, whether the server is reachable; and all of it
 * as the chart's accessible label, throttled to one change in ten seconds.
 */

import { find, setText } from "../ui/dom.js";
import { Throttle } from "../ui/throttle.js";
import { chartLabel } from "./words.js";

const LABEL_EVERY_MS = 10_000;

export class ChartHead {
  #root;
  #face;
  #facts = { symbol: "", last: "", change: "", away: "" };
  #label = new Throttle(LABEL_EVERY_MS, () => this.#showLabel());

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#face = find("[data-chart=face]", root);
    this.#face.addEventListener("focus", () => this.#label.now());
  }

  /** @param {{symbol: string, last: string, change: string}} facts as displayed */
  show(facts) {
    const another = facts.symbol !== this.#facts.symbol;
    const first = this.#facts.last === "" && facts.last !== "";
    this.#facts = { ...this.#facts, ...facts };
    setText(this.#part("last"), facts.last);
    setText(this.#part("change"), facts.change);
    this.#part("change").classList.toggle("is-down", facts.change.startsWith("−"));
    if (another || first) this.#label.now();
    else this.#label.ask();
  }

  /** @param {string} reason */
  set away(reason) {
    this.#facts.away = reason;
    this.#root.classList.toggle("is-away", reason !== "");
    setText(this.#part("away"), reason);
    this.#label.now();
  }

  /** @param {string} text */
  set legend(text) {
    setText(this.#part("legend"), text);
  }

  /** Announced only while the chart has the focus, to spare screen readers a stream of prices. */
  #showLabel() {
    const label = chartLabel(this.#facts);
    if (this.#face.getAttribute("aria-label") !== label) this.#face.setAttribute("aria-label", label);
    setText(this.#part("said"), this.#face === document.activeElement ? label : "");
  }

  /** @param {string} name */
  #part(name) {
    return find(`[data-chart=${name}]`, this.#root);
  }
}
