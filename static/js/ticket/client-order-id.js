/**
 * Idempotency key: one `client_order_id` per order, reused until the order is known to be placed, so that it is placed
 * at most once. A refusal stores nothing, and says nothing about an earlier, unanswered send.
 */

export class ClientOrderId {
  /** @type {string|null} */
  #open = null;

  /** The id of the order being placed, or a new one. */
  get current() {
    this.#open ??= ClientOrderId.#make();
    return this.#open;
  }

  /** Ends its use: an order has it, so the next order needs a new one. */
  settle() {
    this.#open = null;
  }

  /** 128 random bits; `crypto.randomUUID` requires https. */
  static #make() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
