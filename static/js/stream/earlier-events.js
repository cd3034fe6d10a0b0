/**
 * Earlier events, from before this page was opened, so that the stream monitor is not empty after a reload.
 *
 * @import {Api} from "../net/api.js"
 * @import {OrderEvent} from "../orders/order.js"
 */

const SHOWN = 50;

/**
 * The newest events up to `head`, oldest first. Empty if they can't be read, since they are only a reminder.
 *
 * @param {Api} api @param {string} url @param {number} head @returns {Promise<OrderEvent[]>}
 */
async function earlierEvents(api, url, head) {
  if (head === 0) return [];
  const params = new URLSearchParams({ after: String(Math.max(0, head - SHOWN)), limit: String(SHOWN) });
  try {
    /** @type {{results: OrderEvent[]}} */
    const { results } = await api.get(url, params);
    return results.filter(({ seq }) => seq <= head);
  } catch {
    return [];
  }
}

/**
 * Shows them once, when the orders have loaded.
 *
 * @param {EventTarget} book fires `loaded` (detail: head)
 * @param {{showBefore: (events: OrderEvent[]) => void}} monitor
 * @param {Api} api @param {string} url of the events
 */
export function tellEarlier(book, monitor, api, url) {
  const told = async (/** @type {Event} */ event) => {
    monitor.showBefore(await earlierEvents(api, url, /** @type {CustomEvent<number>} */ (event).detail));
  };
  book.addEventListener("loaded", told, { once: true });
}
