/**
 * One `client_order_id` an attempt: the same again after a send that nobody answered, so that it is placed once at most.
 */

export class ClientOrderId {
  /** @type {string|null} */
  #open = null;

  /** The id of the attempt that is under way, or of a new one. */
  get current() {
    this.#open ??= ClientOrderId.#make();
    return this.#open;
  }

  /** The server has answered: the next press is another attempt. */
  settle() {
    this.#open = null;
  }

  /** 128 random bits; `crypto.randomUUID` would need https. */
  static #make() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
