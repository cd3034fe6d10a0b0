/**
 * The symbols on a user's watchlist and the paused ones among them, stored in this browser for all its tabs: each
 * change is applied to the current stored value.
 *
 * @import {Store} from "../ui/store.js"
 */

const BEGIN = ["BTCUSD", "ETHUSD", "BTCEUR", "ETHEUR", "AAPL"];
const LIST = "watchlist";
const PAUSED = "watchlist-paused";

/** @param {any} value */
function areSymbols(value) {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** @param {string[]} list @param {string} symbol */
function without(list, symbol) {
  return list.filter((each) => each !== symbol);
}

export class WatchedSymbols {
  #store;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  /** All symbols, each once, in list order. */
  get all() {
    return [...new Set(this.#store.get(LIST, BEGIN, areSymbols))];
  }

  get paused() {
    return new Set(this.#store.get(PAUSED, /** @type {string[]} */ ([]), areSymbols));
  }

  /** Appends a symbol; one already on the list keeps its place. @param {string} symbol */
  add(symbol) {
    this.#change(LIST, (list) => (list.includes(symbol) ? list : [...list, symbol]));
    this.resume(symbol);
  }

  /** @param {string} symbol */
  remove(symbol) {
    this.#change(LIST, (list) => without(list, symbol));
    this.resume(symbol);
  }

  /** @param {string} symbol */
  pause(symbol) {
    this.#change(PAUSED, (list) => [...without(list, symbol), symbol]);
  }

  /** @param {string} symbol */
  resume(symbol) {
    this.#change(PAUSED, (list) => without(list, symbol));
  }

  /** Calls `changed` whenever another tab has changed the list. @param {() => void} changed */
  follow(changed) {
    for (const name of [LIST, PAUSED]) this.#store.follow(name, changed);
  }

  /** @param {string} name @param {(list: string[]) => string[]} edit */
  #change(name, edit) {
    this.#store.change(name, name === LIST ? BEGIN : [], areSymbols, edit);
  }
}
