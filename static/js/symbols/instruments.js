/**
 * The instruments, with what the page needs of them: names, tick and lot sizes, price decimals.
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
  /** The live price of a symbol; null on a page without prices. @type {((symbol: string) => Quote|undefined)|null} */
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

  /** Tradable instruments. */
  get active() {
    return this.all.filter(({ active }) => active);
  }

  /** A description; empty for an unknown symbol. @param {string} symbol */
  describe(symbol) {
    const instrument = this.#bySymbol.get(symbol);
    if (!instrument) return "";
    const { name, currency, tick_size, lot_size } = instrument;
    return `${isolate(name)}, ${currency} · tick ${amount(tick_size)} · lot ${amount(lot_size)}`;
  }

  /** @param {string} symbol */
  decimals(symbol) {
    return this.#bySymbol.get(symbol)?.price_decimals ?? 0;
  }
}
