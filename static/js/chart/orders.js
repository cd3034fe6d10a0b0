/**
 * The user's orders for the chart: working orders of one instrument, and the fills among the newest events. Both are
 * read once and then follow the stream.
 *
 * Fires `changed` when the working orders may differ, `filled` when fills have arrived.
 *
 * @import {Api} from "../net/api.js"
 * @import {Order, OrderEvent} from "../orders/order.js"
 * @import {Fill} from "../stream/fills.js"
 * @import {Batch} from "../stream/stream.js"
 */

import { ApiError } from "../net/api.js";
import { LatestRequest } from "../net/latest-request.js";
import { tabOf } from "../orders/order.js";
import { fillOf } from "../stream/fills.js";

/** Max orders in the request; a chart draws fewer. */
const ORDERS = 100;
/** Events searched for fills: one request. */
const EVENTS = 1000;
const KEPT_FILLS = 2000;

/** @param {Map<number, Order>} orders @param {string} symbol @param {OrderEvent} event */
function follow(orders, symbol, { kind, order }) {
  const known = orders.get(order.id);
  if (known !== undefined && known.version >= order.version) return;
  const works = kind !== "deleted" && order.symbol === symbol && tabOf(order.status) === "working";
  if (works) orders.set(order.id, order);
  else orders.delete(order.id);
}

/** @param {OrderEvent[]} events */
function fillsOf(events) {
  return events.map(fillOf).filter((fill) => fill !== null);
}

export class ChartOrders extends EventTarget {
  #api;
  #ordersUrl;
  #eventsUrl;
  #symbol = "";
  /** @type {Map<number, Order>} */
  #working = new Map();
  /** Events since the working orders were requested; null if no request is under way. @type {OrderEvent[]|null} */
  #meanwhile = null;
  /** Oldest first. @type {Fill[]} */
  #fills = [];
  #hasFills = false;
  #askOrders = new LatestRequest();
  #askFills = new LatestRequest();

  /** @param {Api} api @param {string} ordersUrl @param {string} eventsUrl @param {EventTarget} stream an `OrderStream` */
  constructor(api, ordersUrl, eventsUrl, stream) {
    super();
    this.#api = api;
    this.#ordersUrl = ordersUrl;
    this.#eventsUrl = eventsUrl;
    stream.addEventListener("events", (event) => this.#take(/** @type {CustomEvent<Batch>} */ (event).detail.events));
    stream.addEventListener("reset", () => {
      this.#hasFills = false;
      this.refetch();
    });
  }

  /** @returns {Order[]} */
  get working() {
    return [...this.#working.values()];
  }

  /** Of the shown instrument, oldest first. @returns {Fill[]} */
  get fills() {
    return this.#fills.filter(({ symbol }) => symbol === this.#symbol);
  }

  /** @param {string} symbol empty for none */
  show(symbol) {
    if (symbol !== this.#symbol) this.#working.clear();
    this.#symbol = symbol;
    this.refetch();
  }

  /** Removes all orders, after a sign-out. */
  empty() {
    this.show("");
    this.#askFills.stop();
    this.#fills = [];
  }

  refetch() {
    this.#askOrders.stop();
    this.#meanwhile = null;
    if (this.#symbol === "") return;
    this.#readWorking();
    if (!this.#hasFills) this.#readFills();
  }

  async #readWorking() {
    const params = new URLSearchParams({ symbol: this.#symbol, tab: "working", page_size: String(ORDERS) });
    this.#meanwhile = [];
    const answer = await this.#answerOf(this.#askOrders, (signal) => this.#api.get(this.#ordersUrl, params, signal));
    if (answer === null) return;
    /** @type {{results: Order[]}} */
    const { results } = answer;
    this.#working = new Map(results.map((order) => [order.id, order]));
    for (const event of this.#meanwhile ?? []) follow(this.#working, this.#symbol, event);
    this.#meanwhile = null;
    this.#tell("changed");
  }

  async #readFills() {
    this.#hasFills = true;
    const answer = await this.#answerOf(this.#askFills, async (signal) => {
      const { head } = await this.#api.get(this.#eventsUrl, new URLSearchParams({ limit: "1" }), signal);
      const after = String(Math.max(0, head - EVENTS));
      return this.#api.get(this.#eventsUrl, new URLSearchParams({ after, limit: String(EVENTS) }), signal);
    });
    if (answer === null) return;
    /** @type {{results: OrderEvent[]}} */
    const { results } = answer;
    const last = results.at(-1)?.seq ?? 0;
    this.#fills = [...fillsOf(results), ...this.#fills.filter(({ seq }) => seq > last)];
    this.#tell("filled");
  }

  /**
   * The answer of a request; null if the server refuses it, since the chart can do without.
   *
   * @param {LatestRequest} inquiry @param {(signal: AbortSignal) => Promise<any>} read
   */
  async #answerOf(inquiry, read) {
    try {
      return await inquiry.ask(read);
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  /** @param {OrderEvent[]} events */
  #take(events) {
    const fills = fillsOf(events);
    if (fills.length > 0) {
      this.#fills.push(...fills);
      if (this.#fills.length > 2 * KEPT_FILLS) this.#fills = this.#fills.slice(-KEPT_FILLS);
      this.#tell("filled");
    }
    if (this.#symbol === "") return;
    for (const event of events) follow(this.#working, this.#symbol, event);
    this.#meanwhile?.push(...events);
    this.#tell("changed");
  }

  /** @param {string} type */
  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
