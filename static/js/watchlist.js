/**
 * The watchlist: the latest price of each symbol on it, which of them are followed, and how well prices come.
 *
 * Fires `pick` (detail: the symbol) when somebody wants to see more of one.
 *
 * @import {Instruments} from "./instruments.js"
 * @import {Prices, Quote} from "./prices.js"
 * @import {Store} from "./store.js"
 */

import { actionButton, find, make, setHidden, setText } from "./dom.js";
import { milliseconds, price, timeOfDay } from "./format.js";
import { RATES, USUAL_RATE } from "./prices.js";

const BEGIN = ["BTCUSD", "ETHUSD", "BTCEUR", "ETHEUR", "AAPL"];
const MOST = 40;
const FLASH_MS = 200;
const LOOK_MS = 500;
/** A price is old when it has not changed for so long; still the present one while the feed is live. */
const OLD_MS = 30_000;
const OWNER = "watchlist";
/** @type {Record<string, string>} */
const WORDS = { connecting: "Connecting", live: "Live", stale: "Stale", down: "Down", refused: "Refused" };
const symbols = (/** @type {any} */ value) => Array.isArray(value) && value.every((each) => typeof each === "string");

/** @typedef {{symbol: string, row: HTMLTableRowElement, last: string|null, flash: ReturnType<typeof setTimeout>|undefined}} Line */

export class Watchlist extends EventTarget {
  #root;
  #body;
  #prices;
  #instruments;
  #store;
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** Those on the list that are not followed. @type {Set<string>} */
  #paused;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {HTMLElement} root @param {Prices} prices @param {Instruments} instruments @param {Store} store */
  constructor(root, prices, instruments, store) {
    super();
    this.#root = root;
    this.#body = find("tbody", root);
    this.#prices = prices;
    this.#instruments = instruments;
    this.#store = store;
    this.#paused = new Set(store.get("watchlist-paused", /** @type {string[]} */ ([]), symbols));
    prices.addEventListener("quotes", (event) =>
      this.#showQuotes(/** @type {CustomEvent<Set<string>>} */ (event).detail),
    );
    prices.addEventListener("feed", () => this.#showStates());
    this.#chooseRate(find("[name=per_second]", root));
    const form = /** @type {HTMLFormElement} */ (find(".watch-add", root));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#addNamed(/** @type {HTMLInputElement} */ (find("[name=symbol]", form)));
    });
    setInterval(() => this.#look(), LOOK_MS);
  }

  /** The instruments are known: what is on the list is shown and followed. */
  begin() {
    const known = this.#store
      .get("watchlist", BEGIN, symbols)
      .filter((symbol) => this.#instruments.get(symbol)?.active);
    for (const symbol of known.slice(0, MOST)) this.#addLine(symbol);
    this.#follow();
    this.#showStates();
  }

  /** @param {string} symbol */
  add(symbol) {
    if (!this.#lines.has(symbol) && this.#lines.size < MOST) this.#addLine(symbol);
    this.#paused.delete(symbol);
    this.#follow();
    this.#showStates();
  }

  /** @param {HTMLInputElement} input */
  #addNamed(input) {
    const symbol = input.value.trim().toUpperCase();
    const known = this.#instruments.get(symbol)?.active ?? false;
    input.setCustomValidity(known || symbol === "" ? "" : `There is no active instrument ${symbol}.`);
    if (!input.reportValidity() || symbol === "") return;
    this.add(symbol);
    input.value = "";
  }

  /** @param {string} symbol */
  #remove(symbol) {
    this.#lines.get(symbol)?.row.remove();
    this.#lines.delete(symbol);
    this.#follow();
    this.#showStates();
  }

  #follow() {
    const all = [...this.#lines.keys()];
    this.#prices.watch(
      OWNER,
      all.filter((symbol) => !this.#paused.has(symbol)),
    );
    this.#store.set("watchlist", all);
    this.#store.set("watchlist-paused", [...this.#paused]);
  }

  /** @param {string} symbol */
  #addLine(symbol) {
    const row = make("tr", "");
    row.dataset.symbol = symbol;
    const show = actionButton("pick", symbol, "watch-symbol");
    show.title = this.#instruments.get(symbol)?.name ?? "";
    show.addEventListener("click", () => this.dispatchEvent(new CustomEvent("pick", { detail: symbol })));
    const follow = actionButton("follow", "", "watch-follow");
    follow.addEventListener("click", () => {
      if (!this.#paused.delete(symbol)) this.#paused.add(symbol);
      this.#follow();
      this.#showStates();
    });
    const remove = actionButton("remove", "×", "watch-remove");
    remove.setAttribute("aria-label", `Take ${symbol} off the list`);
    remove.addEventListener("click", () => this.#remove(symbol));
    row.append(
      make("th", "", show),
      make("td", "watch-last numeric", "…"),
      make("td", "watch-change numeric"),
      make("td", "watch-book numeric"),
      make("td", "watch-age numeric"),
      make("td", "watch-actions", follow, remove),
    );
    row.cells[0]?.setAttribute("scope", "row");
    this.#body.append(row);
    const line = { symbol, row, last: null, flash: undefined };
    this.#lines.set(symbol, line);
    const quote = this.#prices.quote(symbol);
    if (quote !== undefined) this.#showQuote(line, quote);
  }

  /** @param {Set<string>} changed */
  #showQuotes(changed) {
    for (const symbol of changed) {
      const line = this.#lines.get(symbol);
      const quote = this.#prices.quote(symbol);
      if (line !== undefined && quote !== undefined) this.#showQuote(line, quote);
    }
  }

  /** @param {Line} line @param {Quote} quote */
  #showQuote(line, quote) {
    const { cells } = line.row;
    const decimals = this.#instruments.decimals(line.symbol);
    const [, last, change, book] = cells;
    if (!last || !change || !book) return;
    const { last: now = null } = quote;
    setText(last, now === null ? "…" : price(now, decimals));
    setText(change, quote.change === null ? "" : signed(quote.change));
    change.dataset.sign = quote.change === null ? "" : quote.change.startsWith("-") ? "down" : "up";
    setText(
      book,
      quote.bid === null || quote.ask === null ? "" : `${price(quote.bid, decimals)} / ${price(quote.ask, decimals)}`,
    );
    if (now !== null && line.last !== null && now !== line.last) this.#flash(line, Number(now) > Number(line.last));
    line.last = now;
  }

  /** @param {Line} line @param {boolean} up */
  #flash(line, up) {
    if (this.#still.matches || document.hidden) return;
    clearTimeout(line.flash);
    line.row.classList.toggle("price-up", up);
    line.row.classList.toggle("price-down", !up);
    line.flash = setTimeout(() => line.row.classList.remove("price-up", "price-down"), FLASH_MS);
  }

  #showStates() {
    const { feed, refused, live } = this.#prices;
    const state = find("[data-feed-state]", this.#root);
    state.dataset.feedState = live ? "live" : feed.state;
    setText(
      state,
      feed.name === "off" ? "No feed" : `${WORDS[feed.state] ?? feed.state}${feed.name ? ` · ${feed.name}` : ""}`,
    );
    state.title = feed.reason ?? "";
    this.#root.classList.toggle("is-stale", !live);
    for (const { symbol, row } of this.#lines.values()) {
      const follow = find("[data-action=follow]", row);
      const paused = this.#paused.has(symbol);
      const reason = refused.get(symbol);
      setText(follow, paused ? "Follow" : reason ? "Waiting" : "Following");
      follow.setAttribute("aria-pressed", String(!paused));
      follow.setAttribute("aria-label", `${paused ? "Follow" : "Stop following"} ${symbol}`);
      follow.title = paused ? "" : (reason ?? "");
      row.classList.toggle("is-paused", paused);
    }
    setHidden(find("[data-watch=empty]", this.#root), this.#lines.size > 0);
    this.#look();
  }

  /** What changes by time alone. */
  #look() {
    if (document.hidden) return;
    const { figures } = this.#prices;
    for (const { symbol, row } of this.#lines.values()) {
      const quote = this.#prices.quote(symbol);
      const cell = row.cells[4];
      if (quote === undefined || !cell) continue;
      const age = figures.age(quote.at);
      setText(cell, ago(age));
      cell.title = `Changed at ${timeOfDay(new Date(quote.at))}`;
      row.classList.toggle("is-old", age > OLD_MS);
    }
    const ages = { p50: figures.toScreen.percentile(0.5), p99: figures.toScreen.percentile(0.99) };
    setText(find("[data-price=p50]", this.#root), milliseconds(ages.p50));
    setText(find("[data-price=p99]", this.#root), milliseconds(ages.p99));
    setText(find("[data-price=rate]", this.#root), figures.perSecond.toFixed(1));
    const { conflation } = figures;
    setText(find("[data-price=conflation]", this.#root), conflation === null ? "–" : conflation.toFixed(2));
  }

  /** @param {HTMLElement} select */
  #chooseRate(select) {
    const chosen = /** @type {HTMLSelectElement} */ (select);
    const rate = this.#store.get("price-rate", USUAL_RATE, (value) => RATES.includes(value));
    chosen.value = String(rate);
    this.#prices.rate = rate;
    chosen.addEventListener("change", () => {
      this.#prices.rate = Number(chosen.value);
      this.#store.set("price-rate", Number(chosen.value));
    });
  }
}

/** "-0.42" → "−0.42 %". @param {string} change */
function signed(change) {
  return `${change.startsWith("-") ? `−${change.slice(1)}` : `+${change}`} %`;
}

/** "0.4 s", "12 s", "3 min". @param {number} age milliseconds */
function ago(age) {
  if (age < 10_000) return `${(age / 1000).toFixed(1)} s`;
  return age < 120_000 ? `${Math.round(age / 1000)} s` : `${Math.round(age / 60_000)} min`;
}
