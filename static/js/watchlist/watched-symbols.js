/**
 * Which symbols are on a person's watchlist and which of them are paused, as this browser remembers it for all its tabs:
 * each change is made to what is there by now.
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

  /** Each once, in the order of the list. */
  get all() {
    return [...new Set(this.#store.get(LIST, BEGIN, areSymbols))];
  }

  get paused() {
    return new Set(this.#store.get(PAUSED, /** @type {string[]} */ ([]), areSymbols));
  }

  /** Puts it at the end; where it is on the list already it stays in its place. @param {string} symbol */
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

  /** Calls whenever another tab has changed it. @param {() => void} changed */
  follow(changed) {
    for (const name of [LIST, PAUSED]) this.#store.follow(name, changed);
  }

  /** @param {string} name @param {(list: string[]) => string[]} edit */
  #change(name, edit) {
    this.#store.change(name, name === LIST ? BEGIN : [], areSymbols, edit);
  }
}
