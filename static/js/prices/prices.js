/**
 * The latest prices of whatever the page's parts watch: one subscription for all of them, kept through every break.
 *
 * Fires `quotes` (detail: the set of symbols that changed), once an animation frame at most, and `feed` when the state of
 * the feed or what it refuses has changed.
 *
 * @import {ServerClock} from "../net/clock.js"
 * @import {Socket} from "../net/socket.js"
 *
 * @typedef {object} Quote decimal strings, or null where there is none
 * @property {string} symbol
 * @property {string|null} bid
 * @property {string|null} ask
 * @property {string|null} last
 * @property {string|null} change percent since the day's open
 * @property {number} at unix milliseconds, the server's clock
 *
 * @typedef {object} FeedState
 * @property {string} name
 * @property {"connecting"|"live"|"stale"|"down"|"refused"|"off"} state
 * @property {string} [reason]
 * @property {number|null} [limit]
 * @property {number} [in_use]
 * @property {string[]} [queued]
 */

import { nextFrame } from "../ui/animation-frames.js";
import { PriceLatency } from "./price-latency.js";

const HIDDEN_RATE = 1;
export const RATES = [2, 5, 10, 20];
export const USUAL_RATE = 10;
const ID = "prices";
/** What the server could not do at the moment is asked for again. */
const PASSING = ["rate_limited", "unavailable", "internal"];
const AGAIN_MS = 2000;
const UNHEARD = "The server is not heard: prices stand still.";

export class Prices extends EventTarget {
  /** @type {FeedState} */
  feed = { name: "", state: "connecting" };
  /** Those that the server does not carry, and why. @type {Map<string, string>} */
  refused = new Map();
  figures;
  #socket;
  /** By who watches them. @type {Map<string, Set<string>>} */
  #watched = new Map();
  /** What the server was asked for on this connection. @type {Set<string>} */
  #asked = new Set();
  /** Those refused that come by themselves when there is room. @type {Set<string>} */
  #queued = new Set();
  /** Those of them whose changes are told: the first quote says what was before, and what is now. @type {Set<string>} */
  #begun = new Set();
  /** @type {Map<string, Quote>} */
  #quotes = new Map();
  /** @type {Set<string>} */
  #changed = new Set();
  #rate;
  #askedRate = 0;
  #open = false;
  #wasOpen = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #again;
  #show = () => this.#tell();

  /** @param {Socket} socket @param {ServerClock} clock @param {number} [rate] frames a second at most */
  constructor(socket, clock, rate = USUAL_RATE) {
    super();
    this.#socket = socket;
    this.#rate = rate;
    this.figures = new PriceLatency(clock);
    socket.addEventListener("state", () => this.#socketChanged());
    socket.addEventListener("frame", (event) => {
      const { frame, at } = /** @type {CustomEvent} */ (event).detail;
      this.#take(frame, at);
    });
  }

  /** How prices come, the way to the server included. @returns {{state: FeedState["state"]|"offline", reason: string}} */
  get standing() {
    if (this.#open) return { state: this.feed.state, reason: this.feed.reason ?? "" };
    return this.#wasOpen ? { state: "offline", reason: UNHEARD } : { state: "connecting", reason: "" };
  }

  /** Whether prices are known to be the present ones. */
  get live() {
    return this.standing.state === "live";
  }

  get rate() {
    return this.#rate;
  }

  /** How often at most the page is told, a second. @param {number} rate */
  set rate(rate) {
    this.#rate = rate;
    this.#ask();
  }

  /** The tab was hidden or shown. */
  looked() {
    this.figures.interrupt();
    this.#ask();
  }

  /** From now on `owner` watches exactly these. @param {string} owner @param {Iterable<string>} symbols */
  watch(owner, symbols) {
    this.#watched.set(owner, new Set(symbols));
    this.#ask();
  }

  /** @param {string} symbol */
  quote(symbol) {
    return this.#quotes.get(symbol);
  }

  /** The same, where it is known to be the present one: of a symbol watched before, the first to come is. @param {string} symbol */
  present(symbol) {
    return this.live && this.#begun.has(symbol) ? this.#quotes.get(symbol) : undefined;
  }

  #socketChanged() {
    const open = this.#socket.state === "open";
    if (open === this.#open) return;
    this.#open = open;
    this.#wasOpen ||= open;
    this.refused.clear();
    this.#queued.clear();
    this.#askAfresh();
    this.dispatchEvent(new Event("feed"));
  }

  /** As if nothing had been asked for. */
  #askAfresh() {
    this.#asked.clear();
    this.#begun.clear();
    this.#askedRate = 0;
    this.#ask();
  }

  #ask() {
    const wanted = new Set([...this.#watched.values()].flatMap((symbols) => [...symbols]));
    for (const symbol of this.refused.keys()) if (!wanted.has(symbol)) this.#allow(symbol);
    if (!this.#open) return;
    const rate = globalThis.document?.hidden ? HIDDEN_RATE : this.#rate;
    const gone = [...this.#asked].filter((symbol) => !wanted.has(symbol));
    const missing = [...wanted].filter((symbol) => !this.#asked.has(symbol) && !this.refused.has(symbol));
    if (gone.length > 0) this.#socket.send({ type: "unsubscribe", stream: "quotes", symbols: gone, id: ID });
    for (const symbol of gone) {
      this.#asked.delete(symbol);
      this.#begun.delete(symbol);
    }
    const symbols = rate === this.#askedRate ? missing : [...this.#asked, ...missing];
    if (symbols.length === 0) return;
    if (!this.#socket.send({ type: "subscribe", stream: "quotes", symbols, per_second: rate, id: ID })) return;
    this.#askedRate = rate;
    for (const symbol of missing) this.#asked.add(symbol);
  }

  /** @param {any} frame @param {number} received */
  #take(frame, received) {
    if (frame.type === "quotes") {
      this.#takeQuotes(frame, received);
    } else if (frame.type === "error" && (frame.id === ID || frame.code === "symbol_limit")) {
      this.#takeRefusal(frame);
    }
  }

  /** @param {{sent: number, changes: number, quotes: Quote[], feed?: FeedState}} frame @param {number} received */
  #takeQuotes({ quotes, changes, feed }, received) {
    for (const quote of quotes) {
      const before = this.#quotes.get(quote.symbol);
      if (before !== undefined && before.at > quote.at) continue;
      this.#quotes.set(quote.symbol, quote);
      this.#changed.add(quote.symbol);
      if (this.#allow(quote.symbol)) this.dispatchEvent(new Event("feed"));
    }
    if (quotes.length > 0) {
      this.figures.took(quotes, changes, received, this.#begun);
      for (const { symbol } of quotes) if (this.#asked.has(symbol)) this.#begun.add(symbol);
      nextFrame(this.#show);
    }
    if (feed !== undefined) this.#takeFeed(feed);
  }

  /** @param {FeedState} feed */
  #takeFeed(feed) {
    this.feed = feed;
    for (const symbol of this.#queued) if (!feed.queued?.includes(symbol)) this.#allow(symbol);
    this.dispatchEvent(new Event("feed"));
  }

  /** Whether it was refused until now. @param {string} symbol */
  #allow(symbol) {
    this.#queued.delete(symbol);
    return this.refused.delete(symbol);
  }

  /** @param {{code: string, message: string, fields?: {symbols?: string[]}}} frame */
  #takeRefusal({ code, message, fields }) {
    const symbols = fields?.symbols;
    if (PASSING.includes(code)) {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#askAfresh(), AGAIN_MS);
    } else if (symbols === undefined) {
      this.feed = { name: "", state: "off", reason: message };
    } else {
      for (const symbol of symbols) this.refused.set(symbol, message);
      if (code === "symbol_limit") for (const symbol of symbols) this.#queued.add(symbol);
      // Nothing of what was asked for together with them was granted.
      else this.#askAfresh();
    }
    this.dispatchEvent(new Event("feed"));
  }

  #tell() {
    const changed = this.#changed;
    this.#changed = new Set();
    if (changed.size === 0) return;
    this.dispatchEvent(new CustomEvent("quotes", { detail: changed }));
    this.figures.drawn();
  }
}
