/**
 * A row of the watchlist: the latest price of a symbol, its age, and whether it is followed.
 *
 * @import {Quote} from "../prices/prices.js"
 * @import {Instrument} from "../symbols/instruments.js"
 * @import {Widest} from "../text/digits.js"
 */

import { isolate } from "../text/bidi.js";
import { fieldNumber, localTime, percent, priceText } from "../text/format.js";
import { actionButton, make, nameRoles, setText } from "../ui/dom.js";

export const FLASH_MS = 200;
/** A price unchanged for this long is old, though still current while the feed is live. */
const OLD_MS = 30_000;

/** "0.4 s", "12 s", "3 min". @param {number} age milliseconds */
function ago(age) {
  if (age < 10_000) return `${fieldNumber((age / 1000).toFixed(1))} s`;
  return age < 120_000 ? `${Math.round(age / 1000)} s` : `${Math.round(age / 60_000)} min`;
}

export class WatchRow {
  element = make("tr", "");
  symbol;
  #decimals;
  #widest;
  #cells;
  #follow = actionButton("follow", "", "watch-follow");
  #buttons;
  /** @type {string|null} */
  #last = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #flashing;

  /** @param {Instrument} instrument @param {Widest} widest the list's */
  constructor({ symbol, name, currency, price_decimals }, widest) {
    this.symbol = symbol;
    this.#widest = widest;
    this.#decimals = price_decimals;
    this.element.dataset.symbol = symbol;
    const pick = actionButton("pick", symbol, "watch-symbol");
    pick.title = `${isolate(name)}, ${currency}: open its chart`;
    const trade = actionButton("trade", "Trade", "watch-trade");
    trade.setAttribute("aria-label", `Trade ${symbol}`);
    const remove = actionButton("remove", "✕", "watch-remove");
    remove.setAttribute("aria-label", `Remove ${symbol} from the list`);
    this.#buttons = [pick, this.#follow, trade, remove];
    const cell = (/** @type {string} */ what) => make("td", `watch-${what} numeric`);
    this.#cells = { last: cell("last"), change: cell("change"), bid: cell("bid"), ask: cell("ask"), age: cell("age") };
    const heading = make("th", "", pick);
    this.element.append(
      heading,
      ...Object.values(this.#cells),
      make("td", "watch-actions", this.#follow, trade, remove),
    );
    nameRoles(this.element);
    heading.scope = "row";
    heading.setAttribute("role", "rowheader");
    setText(this.#cells.last, "…");
  }

  /** Whether its buttons are tab stops; arrow keys move between rows. @param {boolean} reachable */
  set reachable(reachable) {
    for (const button of this.#buttons) button.tabIndex = reachable ? 0 : -1;
  }

  focus() {
    this.#buttons[0]?.focus();
  }

  /** @param {Quote} quote @param {boolean} quietly whether to suppress the flash */
  show({ last, change, bid, ask }, quietly) {
    const cells = this.#cells;
    this.#showPrice("last", last, "…");
    const moved = percent(change);
    setText(cells.change, moved);
    this.#widest.take("change", moved);
    const sign = change === null || !/[1-9]/.test(change) ? "" : change.startsWith("-") ? "down" : "up";
    if (cells.change.dataset.sign !== sign) cells.change.dataset.sign = sign;
    this.#showPrice("bid", bid, "");
    this.#showPrice("ask", ask, "");
    const before = this.#last;
    this.#last = last;
    if (last !== null && before !== null && last !== before && !quietly) this.#flash(Number(last) > Number(before));
  }

  /** @param {"last"|"bid"|"ask"} what @param {string|null} value @param {string} none */
  #showPrice(what, value, none) {
    const text = value === null ? none : priceText(value, this.#decimals);
    setText(this.#cells[what], text);
    this.#widest.take(what, text);
  }

  /** @param {boolean} up */
  #flash(up) {
    const { classList } = this.element;
    clearTimeout(this.#flashing);
    classList.toggle("price-up", up);
    classList.toggle("price-down", !up);
    this.#flashing = setTimeout(() => classList.remove("price-up", "price-down"), FLASH_MS);
  }

  /**
   * Shows the age of its price.
   *
   * @param {number} age milliseconds @param {number} at time of the price in unix milliseconds, by the local clock
   */
  showAge(age, at) {
    setText(this.#cells.age, ago(age));
    const title = `Changed at ${localTime(at)}`;
    if (this.#cells.age.title !== title) this.#cells.age.title = title;
    this.element.classList.toggle("is-old", age > OLD_MS);
  }

  /**
   * @param {boolean} paused @param {string} refused why it has no prices; empty if it has
   * @param {number} place in the queue, from 1; 0 if it is not queued
   */
  showState(paused, refused, place) {
    const waiting = place > 0 ? `Waiting, no. ${place}` : "Waiting";
    setText(this.#follow, paused ? "Follow" : refused !== "" ? waiting : "Following");
    this.#follow.setAttribute("aria-pressed", String(!paused));
    this.#follow.setAttribute("aria-label", `${this.#follow.textContent} ${this.symbol}`);
    this.#follow.title = paused ? "Follow it" : refused || "Stop following it";
    this.element.classList.toggle("is-paused", paused);
    this.element.classList.toggle("is-waiting", !paused && refused !== "");
  }
}
