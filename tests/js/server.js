/**
 * A small stand-in for the server: orders, their gap-free event log, and answers as of its head.
 *
 * It filters and sorts by means of its own, so that the page's answers are compared with another's.
 *
 * @import {Order, OrderEvent, Status, Tab} from "../../static/js/orders/order.js"
 * @import {Query} from "../../static/js/table/query.js"
 * @import {Answer} from "../../static/js/table/table-window.js"
 */

/** @type {Record<Tab, Status[]>} */
const TABS = {
  working: ["pending_new", "new", "partially_filled", "pending_cancel"],
  filled: ["filled"],
  closed: ["canceled", "rejected", "expired"],
  all: ["pending_new", "new", "partially_filled", "pending_cancel", "filled", "canceled", "rejected", "expired"],
};
const KIND = /** @type {Record<string, string>} */ ({ filled: "filled", canceled: "canceled", rejected: "rejected" });

/** @param {number} n a moment, in order */
export function moment(n) {
  return `2026-01-05T09:30:00.${String(n).padStart(6, "0")}Z`;
}

/** @param {Partial<Order>} [fields] @returns {Order} */
export function order(fields = {}) {
  return {
    id: 1,
    client_order_id: "a-1",
    user: "alice",
    symbol: "AAPL",
    side: "buy",
    order_type: "limit",
    time_in_force: "day",
    quantity: "18",
    price: "585.33",
    stop_price: null,
    status: "new",
    cum_qty: "0",
    leaves_qty: "18",
    avg_price: null,
    text: "",
    version: 1,
    created_at: moment(1),
    updated_at: moment(1),
    arrival_price: null,
    ...fields,
  };
}

export class Server {
  /** @type {Map<number, Order>} */
  orders = new Map();
  head = 0;
  /** How far the matching orders are counted. */
  counted = Infinity;
  #nextId = 1;

  /** @param {Partial<Order>} [fields] @returns {OrderEvent} */
  place(fields = {}) {
    const id = this.#nextId++;
    const created = order({
      id,
      client_order_id: `c-${id}`,
      created_at: moment(id),
      updated_at: moment(id),
      ...fields,
    });
    this.orders.set(id, created);
    return this.#event("created", created, {});
  }

  /** @param {number} id @param {Partial<Order>} fields @returns {OrderEvent} */
  change(id, fields) {
    const before = this.#get(id);
    const after = { ...before, ...fields, version: before.version + 1, updated_at: moment(10_000 + this.head) };
    const names = /** @type {(keyof Order)[]} */ (Object.keys(fields)).filter((name) => before[name] !== after[name]);
    this.orders.set(id, after);
    const changes = Object.fromEntries(
      names.map((name) => [name, /** @type {[unknown, unknown]} */ ([before[name], after[name]])]),
    );
    return this.#event(KIND[after.status] ?? "amended", after, changes);
  }

  /** @param {number} id @returns {OrderEvent} */
  delete(id) {
    const last = this.#get(id);
    this.orders.delete(id);
    return this.#event("deleted", { ...last, version: last.version + 1 }, {});
  }

  /** @param {Query} query @returns {Answer} */
  answer({ tab, search, filters, sort, start, length }) {
    const all = [...this.orders.values()];
    const ofTab = all.filter(({ status }) => TABS[tab].includes(status));
    const found = ofTab.filter(
      (each) =>
        [each.symbol, each.client_order_id, each.text].some((text) => text.includes(search)) &&
        (filters.symbol.length === 0 || filters.symbol.includes(each.symbol)) &&
        (filters.status.length === 0 || filters.status.includes(each.status)) &&
        (filters.side === "" || each.side === filters.side) &&
        (filters.order_type === "" || each.order_type === filters.order_type) &&
        (filters.created_after === "" || each.created_at >= filters.created_after) &&
        (filters.created_before === "" || each.created_at < filters.created_before),
    );
    const keys = [...sort, { field: /** @type {const} */ ("id"), dir: sort[0]?.dir ?? "asc" }];
    found.sort((a, b) => {
      for (const { field, dir } of keys) {
        const [x, y] = [a[field], b[field]];
        if (x === y) continue;
        if (x === null) return 1;
        if (y === null) return -1;
        const numbers = typeof x === "number" || ["quantity", "price", "cum_qty"].includes(field);
        const less = numbers ? Number(x) < Number(y) : Buffer.compare(Buffer.from(`${x}`), Buffer.from(`${y}`)) < 0;
        return less === (dir === "asc") ? -1 : 1;
      }
      return 0;
    });
    const counts = /** @type {Record<Tab, number>} */ (
      Object.fromEntries(
        Object.entries(TABS).map(([name, of]) => [name, all.filter(({ status }) => of.includes(status)).length]),
      )
    );
    const most = Math.max(this.counted, start + length);
    return {
      data: found.slice(start, start + length).map((each) => ({ ...each })),
      recordsTotal: ofTab.length,
      recordsFiltered: Math.min(found.length, most),
      recordsFilteredIsMore: found.length > most,
      head: this.head,
      counts,
    };
  }

  /** @param {number} id */
  #get(id) {
    return /** @type {Order} */ (this.orders.get(id));
  }

  /** @param {string} kind @param {Order} after @param {Record<string, [unknown, unknown]>} changes @returns {OrderEvent} */
  #event(kind, after, changes) {
    this.head += 1;
    const at = after.updated_at;
    return { seq: this.head, user: "alice", kind, order: { ...after }, changes, source: "rest", actor: "alice", at };
  }
}

/** Repeatable randomness (mulberry32). @param {number} seed @returns {() => number} 0 to 1 */
export function randomness(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
