/**
 * The latest prices of all symbols that parts of the page watch: one shared subscription, resumed after every break.
 *
 * Fires `quotes` (detail: the set of symbols that changed), at most once per animation frame, and `feed` when the state
 * of the feed or its refusals have changed.
 *
 * @import {ServerClock} from "../net/clock.js"
 * @import {Socket} from "../net/socket.js"
 *
 * @typedef {object} Quote decimal strings; null if there is no such price
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
/** Codes of temporary errors, after which the page retries. */
const PASSING = ["rate_limited", "unavailable", "internal"];
const AGAIN_MS = 2000;
const UNHEARD = "No contact with the server: prices are not updating.";

export class Prices extends EventTarget {
  /** @type {FeedState} */
  feed = { name: "", state: "connecting" };
  /** Symbols that the server refuses, and why. @type {Map<string, string>} */
  refused = new Map();
  figures;
  #socket;
  /** Watched symbols, by the part of the page that watches them. @type {Map<string, Set<string>>} */
  #watched = new Map();
  /** Symbols subscribed to on this connection. @type {Set<string>} */
  #asked = new Set();
  /** Refused symbols that the server has queued: their quotes will start when a slot is free. @type {Set<string>} */
  #queued = new Set();
  /** Subscribed symbols with a quote on this connection; the first quote may be old. @type {Set<string>} */
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

  /** @param {Socket} socket @param {ServerClock} clock @param {number} [rate] max frames per second */
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

  /**
   * The state of prices, including the connection to the server.
   *
   * @returns {{state: FeedState["state"]|"offline", reason: string}}
   */
  get standing() {
    if (this.#open) return { state: this.feed.state, reason: this.feed.reason ?? "" };
    return this.#wasOpen ? { state: "offline", reason: UNHEARD } : { state: "connecting", reason: "" };
  }

  /** Whether prices are known to be current. */
  get live() {
    return this.standing.state === "live";
  }

  get rate() {
    return this.#rate;
  }

  /** Max updates per second. @param {number} rate */
  set rate(rate) {
    this.#rate = rate;
    this.#ask();
  }

  /** Adapts to the tab being hidden or shown. */
  looked() {
    this.figures.interrupt();
    this.#ask();
  }

  /** Makes `owner` watch exactly these symbols. @param {string} owner @param {Iterable<string>} symbols */
  watch(owner, symbols) {
    this.#watched.set(owner, new Set(symbols));
    this.#ask();
  }

  /** @param {string} symbol */
  quote(symbol) {
    return this.#quotes.get(symbol);
  }

  /** The quote, if it is known to be current: from this connection, on a live feed. @param {string} symbol */
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

  /** Subscribes again to everything. */
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

  /** Clears a refusal. Returns whether the symbol was refused until now. @param {string} symbol */
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
      // The server rejects the whole request: the other symbols in it were not subscribed either.
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
