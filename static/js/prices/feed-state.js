/**
 * The state of the price feed with its reason, the choice of the update rate, and the measured price figures.
 *
 * @import {Store} from "../ui/store.js"
 * @import {Prices} from "./prices.js"
 */

import { fieldNumber, milliseconds } from "../text/format.js";
import { find, setHidden, setText } from "../ui/dom.js";
import { Popover } from "../ui/popover.js";
import { RATES, USUAL_RATE } from "./prices.js";

/** @type {Record<string, string>} */
const WORDS = {
  connecting: "Connecting",
  live: "Live",
  stale: "Stale",
  down: "Down",
  refused: "Refused",
  off: "No feed",
  offline: "Offline",
};
const UNKNOWN = "–";

export class FeedState {
  #root;
  #prices;

  /** @param {HTMLElement} root @param {Prices} prices @param {Store} store */
  constructor(root, prices, store) {
    this.#root = root;
    this.#prices = prices;
    new Popover(find("#price-figures-toggle", root), find("#price-figures", root));
    this.#chooseRate(/** @type {HTMLSelectElement} */ (find("[name=per_second]", root)), store);
    this.show([]);
  }

  /** @param {Iterable<string>} reasons why single symbols have no prices */
  show(reasons) {
    const { feed, standing } = this.#prices;
    const state = find("[data-feed-state]", this.#root);
    if (state.dataset.feedState !== standing.state) state.dataset.feedState = standing.state;
    const word = WORDS[standing.state] ?? standing.state;
    setText(state, feed.name === "" || standing.state === "off" ? word : `${word} · ${feed.name}`);
    this.#root.classList.toggle("is-stale", standing.state !== "live");
    const said = [standing.reason, ...new Set(reasons)].filter((reason) => reason !== "").join(" ");
    const line = find("[data-watch=reason]", this.#root);
    setText(line, said);
    setHidden(line, said === "");
  }

  /** Updates the figures. */
  measure() {
    const { figures } = this.#prices;
    const [p50 = null, p99 = null] = figures.toScreen(0.5, 0.99);
    const { newest, conflation } = figures;
    this.#figure("age", newest === null ? UNKNOWN : milliseconds(figures.age(newest)));
    this.#figure("p50", milliseconds(p50));
    this.#figure("p99", milliseconds(p99));
    this.#figure("rate", fieldNumber(figures.perSecond.toFixed(1)));
    this.#figure("conflation", conflation === null ? UNKNOWN : fieldNumber(conflation.toFixed(2)));
  }

  /** @param {string} name @param {string} text */
  #figure(name, text) {
    setText(find(`[data-price=${name}]`, this.#root), text);
  }

  /** @param {HTMLSelectElement} select @param {Store} store */
  #chooseRate(select, store) {
    const rate = store.get("price-rate", USUAL_RATE, (value) => RATES.includes(value));
    select.value = String(rate);
    this.#prices.rate = rate;
    select.addEventListener("change", () => {
      this.#prices.rate = Number(select.value);
      store.set("price-rate", Number(select.value));
    });
  }
}
