/**
 * Deferred updates of rows out of view: batched a few times a second, only the newest state of each order.
 *
 * @import {Order} from "../../orders/order.js"
 */

import { nextFrame } from "../../ui/animation-frames.js";

const EVERY_MS = 250;

export class DeferredRows {
  #write;
  /** @type {Map<number, Order>} */
  #orders = new Map();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #writeAll = () => {
    this.#timer = undefined;
    for (const id of [...this.#orders.keys()]) this.write(id);
  };

  /** @param {(order: Order) => void} write */
  constructor(write) {
    this.#write = write;
  }

  /** @param {Order} order */
  add(order) {
    this.#orders.set(order.id, order);
    this.#timer ??= setTimeout(() => nextFrame(this.#writeAll), EVERY_MS);
  }

  /** Writes an order's pending update at once, if there is one. @param {number} id */
  write(id) {
    const order = this.#orders.get(id);
    this.#orders.delete(id);
    if (order) this.#write(order);
  }

  /** @param {number} id */
  forget(id) {
    this.#orders.delete(id);
  }

  clear() {
    this.#orders.clear();
  }
}
