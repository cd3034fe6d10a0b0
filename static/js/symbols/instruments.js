/**
 * The instruments that can be traded, as far as the page needs them: names, steps and price decimals.
 *
 * @import {Api} from "../net/api.js"
 * @import {Quote} from "../prices/prices.js"
 *
 * @typedef {object} Instrument
 * @property {string} symbol
 * @property {string} name
 * @property {string} currency
 * @property {string} tick_size
 * @property {string} lot_size
 * @property {number} price_decimals
 * @property {boolean} active
 */

import { isolate } from "../text/bidi.js";
import { amount } from "../text/format.js";

export class Instruments {
  /** @type {Instrument[]} */
  all = [];
  /** The present price of a symbol, where prices are live; null where the page has none. @type {((symbol: string) => Quote|undefined)|null} */
  market = null;
  /** @type {Map<string, Instrument>} */
  #bySymbol = new Map();

  /** @param {Api} api @param {string} url @param {AbortSignal} [signal] */
  async load(api, url, signal) {
    this.all = await api.get(url, undefined, signal);
    this.#bySymbol = new Map(this.all.map((instrument) => [instrument.symbol, instrument]));
  }

  /** @param {string} symbol */
  get(symbol) {
    return this.#bySymbol.get(symbol);
  }

  /** Those that can be traded. */
  get active() {
    return this.all.filter(({ active }) => active);
  }

  /** In words; empty where it is not known. @param {string} symbol */
  describe(symbol) {
    const instrument = this.#bySymbol.get(symbol);
    if (!instrument) return "";
    const { name, currency, tick_size, lot_size } = instrument;
    return `${isolate(name)}, ${currency} · tick ${tick_size} · lot ${amount(lot_size)}`;
  }

  /** @param {string} symbol */
  decimals(symbol) {
    return this.#bySymbol.get(symbol)?.price_decimals ?? 0;
  }
}
