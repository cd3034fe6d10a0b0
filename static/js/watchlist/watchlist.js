/**
 * The watchlist: its symbols, which of them are followed, and their latest prices.
 *
 * Fires `pick` (detail: the symbol) when the user picks one, and `trade` when they want to place an order.
 *
 * @import {Prices} from "../prices/prices.js"
 * @import {Instrument, Instruments} from "../symbols/instruments.js"
 * @import {SymbolResults} from "../symbols/results.js"
 * @import {Store} from "../ui/store.js"
 */

import { FeedState } from "../prices/feed-state.js";
import { SymbolField } from "../symbols/field.js";
import { Widest } from "../text/digits.js";
import { find, setHidden, setText } from "../ui/dom.js";
import { composes } from "../ui/keys.js";
import { reorder } from "../ui/reorder.js";
import { WatchRow } from "./watch-row.js";
import { WatchedSymbols } from "./watched-symbols.js";

const MOST = 40;
const LOOK_MS = 500;
const OWNER = "watchlist";

export class Watchlist extends EventTarget {
  #root;
  #body;
  #note;
  #input;
  #prices;
  #instruments;
  #watched;
  #feedState;
  #widest;
  /** In list order. @type {Map<string, WatchRow>} */
  #rows = new Map();
  /** Symbols on the list that are not followed. */
  #paused = /** @type {Set<string>} */ (new Set());
  /** The row that Tab reaches. @type {string|undefined} */
  #reached;
  /** Whether the user has been signed out. */
  #isOver = false;
  /** The actions of a row's buttons. @type {Record<string, (symbol: string) => void>} */
  #actions = {
    pick: (symbol) => this.#tell("pick", symbol),
    trade: (symbol) => this.#tell("trade", symbol),
    follow: (symbol) => this.#switch(symbol),
    remove: (symbol) => this.#remove(symbol),
  };
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {HTMLElement} root @param {Prices} prices @param {Instruments} instruments @param {SymbolResults} results @param {Store} store */
  constructor(root, prices, instruments, results, store) {
    super();
    this.#root = root;
    this.#body = find("tbody", root);
    this.#note = find("[data-watch=note]", root);
    this.#input = /** @type {HTMLInputElement} */ (find("#watch-symbol", root));
    this.#prices = prices;
    this.#instruments = instruments;
    this.#watched = new WatchedSymbols(store);
    this.#widest = new Widest(root);
    this.#feedState = new FeedState(root, prices, store);
    prices.addEventListener("quotes", (event) => this.#show(/** @type {CustomEvent<Set<string>>} */ (event).detail));
    prices.addEventListener("feed", () => this.#showStates());
    new SymbolField(this.#input, results, (symbol) => {
      this.add(symbol);
      this.#input.value = "";
    });
    this.#body.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)));
    this.#body.addEventListener("keydown", (event) => this.#pressed(event));
    this.#body.addEventListener("focusin", ({ target }) =>
      this.#reach(this.#symbolAt(/** @type {Element} */ (target))),
    );
    setInterval(() => this.#look(), LOOK_MS);
  }

  /** Shows and follows the list, and changes by other tabs, once the instruments are loaded. */
  begin() {
    this.#adopt();
    this.#watched.follow(() => this.#adopt());
  }

  /** Shows why the instruments could not be loaded. @param {string} reason */
  fail(reason) {
    setText(this.#note, reason);
  }

  /** @param {string} symbol */
  add(symbol) {
    const had = this.#rows.has(symbol);
    if (!had && this.#rows.size >= MOST) {
      this.#say(`The list is full: ${MOST} symbols.`);
      return;
    }
    this.#watched.add(symbol);
    this.#adopt();
    this.#reach(symbol);
    this.#rows.get(symbol)?.element.scrollIntoView({ block: "nearest" });
    this.#say(had ? `${symbol} is already on the list.` : `${symbol} is on the list.`);
  }

  /** Focuses the field that adds a symbol. */
  focusField() {
    this.#input.focus();
  }

  /** Removes the list and its subscriptions, after a sign-out. */
  empty() {
    this.#isOver = true;
    this.#prices.watch(OWNER, []);
    this.#rows.clear();
    this.#body.replaceChildren();
  }

  /** Shows and follows the stored list; existing rows stay. */
  #adopt() {
    if (this.#isOver) return;
    const wanted = this.#watched.all.filter((symbol) => this.#instruments.get(symbol)?.active).slice(0, MOST);
    this.#paused = this.#watched.paused;
    const before = [...this.#rows.keys()];
    const held = before.find((symbol) => this.#rows.get(symbol)?.element.contains(document.activeElement));
    for (const [symbol, row] of this.#rows) if (!wanted.includes(symbol)) row.element.remove();
    const rows = wanted.map(
      (symbol) => /** @type {const} */ ([symbol, this.#rows.get(symbol) ?? this.#newRow(symbol)]),
    );
    this.#rows = new Map(rows);
    reorder(
      this.#body,
      rows.map(([, row]) => row.element),
    );
    this.#reach(this.#reached !== undefined && this.#rows.has(this.#reached) ? this.#reached : wanted[0]);
    this.#prices.watch(
      OWNER,
      wanted.filter((symbol) => !this.#paused.has(symbol)),
    );
    this.#showStates();
    if (held !== undefined && !this.#rows.has(held)) this.#goOn(before, held);
  }

  /** Focuses a removed row's neighbour, or the field. @param {string[]} before the rows before @param {string} gone */
  #goOn(before, gone) {
    const place = before.indexOf(gone);
    const isThere = (/** @type {string} */ symbol) => this.#rows.has(symbol);
    const next = before.slice(place).find(isThere) ?? before.slice(0, place).findLast(isThere);
    this.#reach(next);
    if (next === undefined) this.#input.focus();
    else this.#rows.get(next)?.focus();
  }

  /** @param {string} symbol of an instrument */
  #newRow(symbol) {
    const row = new WatchRow(/** @type {Instrument} */ (this.#instruments.get(symbol)), this.#widest);
    this.#body.append(row.element);
    const quote = this.#prices.quote(symbol);
    if (quote) row.show(quote, true);
    return row;
  }

  /** @param {string} symbol */
  #remove(symbol) {
    const before = [...this.#rows.keys()];
    this.#watched.remove(symbol);
    this.#adopt();
    this.#say(`${symbol} was removed from the list.`);
    this.#goOn(before, symbol);
  }

  /** Starts or stops following a symbol. @param {string} symbol */
  #switch(symbol) {
    if (this.#paused.has(symbol)) this.#watched.resume(symbol);
    else this.#watched.pause(symbol);
    this.#adopt();
    const quote = this.#prices.quote(symbol);
    if (quote && !this.#paused.has(symbol)) this.#rows.get(symbol)?.show(quote, true);
  }

  /** @param {Element} target */
  #clicked(target) {
    const { action = "" } = /** @type {HTMLElement|null} */ (target.closest("[data-action]"))?.dataset ?? {};
    const symbol = this.#symbolAt(target);
    if (symbol !== undefined) this.#actions[action]?.(symbol);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, target, altKey, ctrlKey, metaKey, repeat } = event;
    const symbol = this.#symbolAt(/** @type {Element} */ (target));
    if (symbol === undefined || altKey || ctrlKey || metaKey || composes(event)) return;
    const order = [...this.#rows.keys()];
    const at = order.indexOf(symbol);
    /** @type {Record<string, number>} */
    const places = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 };
    const to = order[places[key] ?? -1];
    // A held key removes one row only, since the focus has moved to the next.
    if (key === "Delete" && !repeat) this.#remove(symbol);
    else if (to !== undefined) this.#rows.get(to)?.focus();
    else if (!(key in places)) return;
    event.preventDefault();
  }

  /** @param {Element} target */
  #symbolAt(target) {
    return target.closest("tr")?.dataset.symbol;
  }

  /** Makes this row the only tab stop. @param {string|undefined} symbol */
  #reach(symbol) {
    this.#reached = symbol;
    for (const [each, row] of this.#rows) row.reachable = each === symbol;
  }

  /** @param {string} what @param {string} symbol */
  #tell(what, symbol) {
    this.dispatchEvent(new CustomEvent(what, { detail: symbol }));
  }

  /** @param {string} text */
  #say(text) {
    setText(find("[data-watch=said]", this.#root), text);
  }

  /** @param {Set<string>} changed */
  #show(changed) {
    const quietly = this.#still.matches || document.hidden;
    for (const symbol of changed) {
      const quote = this.#prices.quote(symbol);
      if (quote && !this.#paused.has(symbol)) this.#rows.get(symbol)?.show(quote, quietly);
    }
  }

  #showStates() {
    const { feed, refused } = this.#prices;
    const reasons = [];
    for (const [symbol, row] of this.#rows) {
      const paused = this.#paused.has(symbol);
      const reason = refused.get(symbol) ?? "";
      row.showState(paused, reason, (feed.queued?.indexOf(symbol) ?? -1) + 1);
      if (!paused) reasons.push(reason);
    }
    this.#feedState.show(reasons);
    setText(this.#note, this.#rows.size > 0 ? "" : "Nothing is watched. Add a symbol.");
    setHidden(this.#note, this.#rows.size > 0);
    this.#look();
  }

  /** Updates ages and figures, which change with time alone. */
  #look() {
    if (document.hidden) return;
    const { figures } = this.#prices;
    for (const [symbol, row] of this.#rows) {
      const quote = this.#paused.has(symbol) ? undefined : this.#prices.quote(symbol);
      if (quote) row.showAge(figures.age(quote.at), Date.now() - figures.age(quote.at));
    }
    this.#feedState.measure();
  }
}
