/** Orders and events for the tests; what a test does not care about has a plain value. */

/** @import {Order, OrderEvent} from "../../static/js/order.js" */

/** @param {Partial<Order>} [fields] @returns {Order} */
export function order(fields = {}) {
  const id = fields.id ?? 1;
  return {
    id,
    client_order_id: `order-${id}`,
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
    created_at: `2026-01-02T10:00:00.${String(id).padStart(6, "0")}Z`,
    updated_at: `2026-01-02T10:00:00.${String(id).padStart(6, "0")}Z`,
    ...fields,
  };
}

/** @param {number} seq @param {Order} after @returns {OrderEvent} */
export function created(seq, after) {
  return event(seq, "created", after, {});
}

/** What a change makes of an order. @param {number} seq @param {Order} before @param {Partial<Order>} fields @returns {OrderEvent} */
export function changed(seq, before, fields) {
  const changes = Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, [before[/** @type {keyof Order} */ (field)], value]]),
  );
  const after = { ...before, ...fields, version: before.version + 1, updated_at: `2026-01-02T11:00:00.${String(seq).padStart(6, "0")}Z` };
  return event(seq, "corrected", after, /** @type {OrderEvent["changes"]} */ (changes));
}

/** @param {number} seq @param {Order} before @returns {OrderEvent} */
export function deleted(seq, before) {
  return event(seq, "deleted", { ...before, version: before.version + 1 }, {});
}

/** @param {number} seq @param {string} kind @param {Order} after @param {OrderEvent["changes"]} changes @returns {OrderEvent} */
function event(seq, kind, after, changes) {
  return { seq, user: after.user, kind, order: after, changes, source: "rest", actor: "alice", at: after.updated_at };
}

/** Numbers from 0 to 1, the same ones for the same seed. @param {number} seed */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
