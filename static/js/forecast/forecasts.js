/**
 * The newest touch forecasts of the watched orders: one subscription, resumed after every break, and none while nobody
 * looks at the page.
 *
 * Fires `forecasts` (detail: the set of orders whose forecasts have changed or are no longer current), at most once an
 * animation frame.
 *
 * @import {Socket} from "../net/socket.js"
 * @import {Forecast} from "./words.js"
 */

import { Moment } from "../net/clock.js";
import { nextFrame } from "../ui/animation-frames.js";
import { Throttle } from "../ui/throttle.js";

const STREAM = "forecasts";
/** Max orders that the server takes. */
const MOST = 500;
/** Min time between two subscriptions, as rows come and go. */
const EVERY_MS = 1000;
/** After a refusal; doubles up to the longest. */
const AGAIN_MS = 1000;
const LONGEST_MS = 30_000;
/** Forecasts that are no longer renewed are kept this long, marked as such. */
const KEPT_MS = 15_000;
/** Codes of errors that may pass. With any other the server has no forecasts, until the next connection. */
const PASSING = ["not_found", "rate_limited", "unavailable", "internal"];

export class Forecasts extends EventTarget {
  #socket;
  #open = false;
  /** Whether the server has refused for good. */
  #off = false;
  /** @type {Set<number>} */
  #wanted = new Set();
  /** The orders subscribed to on this connection; empty for none. */
  #asked = "";
  /** By order and horizon. @type {Map<number, Map<number, Forecast>>} */
  #known = new Map();
  /** Orders with a forecast of this subscription. @type {Set<number>} */
  #current = new Set();
  /** Orders to tell of. @type {Set<number>} */
  #changed = new Set();
  /** When forecasts have ceased to be renewed. @type {Moment|null} */
  #ceased = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #dropping;
  #refusals = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #again;
  #asking = new Throttle(EVERY_MS, () => this.#ask());
  #show = () => this.#tell();

  /** @param {Socket} socket */
  constructor(socket) {
    super();
    this.#socket = socket;
    socket.addEventListener("state", () => this.#socketChanged());
    socket.addEventListener("frame", (event) => this.#take(/** @type {CustomEvent} */ (event).detail.frame));
  }

  /** Makes these orders the watched ones. @param {Iterable<number>} orders ids */
  watch(orders) {
    this.#wanted = new Set([...new Set(orders)].slice(0, MOST));
    for (const id of this.#known.keys()) if (!this.#wanted.has(id)) this.#forget(id);
    this.#asking.ask();
  }

  /** Adapts to the tab being hidden or shown. */
  looked() {
    if (this.#ceased !== null && this.#ceased.age > KEPT_MS) this.#drop();
    this.#asking.now();
  }

  /** An order's forecasts, the nearest horizon first; empty if there are none. @param {number} order @returns {Forecast[]} */
  of(order) {
    return [...(this.#known.get(order)?.values() ?? [])].sort((a, b) => a.minutes - b.minutes);
  }

  /** Whether an order's forecasts are no longer renewed. @param {number} order */
  isStale(order) {
    return !this.#open || this.#asked === "" || !this.#current.has(order);
  }

  #socketChanged() {
    const open = this.#socket.state === "open";
    if (open === this.#open) return;
    this.#open = open;
    if (!open) this.#cease();
    // Silence alone ends no subscription: if the connection was only slow, what has come on it is current again.
    else if (this.#asked !== "") this.#resume();
    this.#asking.now();
    this.#note(this.#known.keys());
  }

  #ask() {
    if (!this.#open || this.#off) return;
    const orders = globalThis.document?.hidden ? [] : [...this.#wanted].sort((a, b) => a - b);
    const asked = orders.join();
    if (asked === this.#asked) return;
    clearTimeout(this.#again);
    if (asked === "") {
      this.#socket.send({ type: "unsubscribe", stream: STREAM, id: STREAM });
      this.#current.clear();
      this.#cease();
    } else if (!this.#socket.send({ type: "subscribe", stream: STREAM, orders, id: STREAM })) {
      return;
    }
    this.#asked = asked;
  }

  /** @param {any} frame */
  #take(frame) {
    if (frame.type === "hello") this.#begin();
    else if (frame.type === "forecasts") this.#takeForecasts(frame.forecasts);
    else if (frame.type === "subscribed" && frame.stream === STREAM) this.#refusals = 0;
    else if (frame.type === "error" && frame.id === STREAM) this.#refused(frame.code);
  }

  /** A new connection: it has no subscription. */
  #begin() {
    clearTimeout(this.#again);
    this.#off = false;
    this.#refusals = 0;
    this.#asked = "";
    this.#current.clear();
  }

  /** @param {Forecast[]} forecasts */
  #takeForecasts(forecasts) {
    for (const forecast of forecasts) {
      const { order } = forecast;
      // An answer to an earlier set may still be on its way.
      if (order === undefined || !this.#wanted.has(order) || this.#asked === "") continue;
      const known = this.#known.get(order) ?? new Map();
      this.#known.set(order, known.set(forecast.minutes, forecast));
      this.#current.add(order);
      this.#note([order]);
    }
    if ([...this.#known.keys()].every((id) => this.#current.has(id))) this.#resume();
  }

  /** Nothing was changed by the request: asks again a little later, with what is watched then. @param {string} code */
  #refused(code) {
    this.#off = !PASSING.includes(code);
    if (this.#off) {
      this.#asked = "";
      return;
    }
    const wait = Math.min(LONGEST_MS, AGAIN_MS * 2 ** this.#refusals);
    this.#refusals = Math.min(this.#refusals + 1, 10);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#asked = "";
      this.#asking.now();
    }, wait);
  }

  #cease() {
    if (this.#known.size === 0) return;
    this.#ceased ??= new Moment();
    this.#dropping ??= setTimeout(() => this.#drop(), KEPT_MS);
  }

  #resume() {
    clearTimeout(this.#dropping);
    this.#dropping = undefined;
    this.#ceased = null;
  }

  /** Drops what is no longer renewed. */
  #drop() {
    this.#resume();
    const isDown = !this.#open || this.#asked === "";
    for (const id of this.#known.keys()) if (isDown || !this.#current.has(id)) this.#forget(id);
  }

  /** @param {number} id */
  #forget(id) {
    this.#known.delete(id);
    this.#current.delete(id);
    this.#note([id]);
  }

  /** @param {Iterable<number>} orders */
  #note(orders) {
    for (const id of orders) this.#changed.add(id);
    if (this.#changed.size > 0) nextFrame(this.#show);
  }

  #tell() {
    const changed = this.#changed;
    this.#changed = new Set();
    if (changed.size > 0) this.dispatchEvent(new CustomEvent("forecasts", { detail: changed }));
  }
}
