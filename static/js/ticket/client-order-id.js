/**
 * One `client_order_id` an order: the same again until it is known to be placed, so that it is placed once at most. A
 * refusal stores nothing, and says nothing about an earlier send that nobody answered.
 */

export class ClientOrderId {
  /** @type {string|null} */
  #open = null;

  /** The id of the order that is being placed, or of a new one. */
  get current() {
    this.#open ??= ClientOrderId.#make();
    return this.#open;
  }

  /** An order has it: the next press is for another one. */
  settle() {
    this.#open = null;
  }

  /** 128 random bits; `crypto.randomUUID` would need https. */
  static #make() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
