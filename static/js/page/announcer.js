/**
 * Screen reader announcements of fills and rejects: one polite sentence, at most every ten seconds. Nothing else on the
 * page announces them.
 *
 * @import {OrderEvent} from "../orders/order.js"
 */

import { KIND_WORDS } from "../orders/order.js";
import { outcomeText } from "../stream/event-words.js";
import { Throttle } from "../ui/throttle.js";

const EVERY_MS = 10_000;
const SAID = new Set(["filled", "partially_filled", "rejected"]);

/** "3 filled, 1 rejected". @param {Map<string, number>} counts */
export function summary(counts) {
  return [...counts].map(([kind, count]) => `${count} ${(KIND_WORDS[kind] ?? kind).toLowerCase()}`).join(", ");
}

export class Announcer {
  /** Whether events are announced; the state of the connection always is. */
  on = true;
  #element;
  /** Events not yet announced, by kind. @type {Map<string, number>} */
  #counts = new Map();
  /** The sentence to use if there is only one event: the event and its order. */
  #first = "";
  #seldom = new Throttle(EVERY_MS, () => this.#tell());

  /** @param {{textContent: string|null}} element a live region */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} sentence */
  say(sentence) {
    this.#element.textContent = sentence;
  }

  /** @param {OrderEvent[]} events */
  add(events) {
    const said = this.on ? events.filter(({ kind }) => SAID.has(kind)) : [];
    const [first] = said;
    if (!first) return;
    if (this.#counts.size === 0) this.#first = outcomeText(first.kind, first.order);
    for (const { kind } of said) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#seldom.ask();
  }

  #tell() {
    const [count = 0] = this.#counts.values();
    const isOne = this.#counts.size === 1 && count === 1;
    if (this.on) this.say(isOne ? this.#first : summary(this.#counts));
    this.#counts.clear();
  }
}
