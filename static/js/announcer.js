/**
 * Says for those who listen what has happened, in one polite sentence every five seconds at most.
 *
 * @import {OrderEvent} from "./order.js"
 */

import { KIND_WORDS } from "./order.js";

const EVERY_MS = 5000;

/** "3 placed, 1 rejected". @param {Map<string, number>} counts */
export function summary(counts) {
  return [...counts].map(([kind, count]) => `${count} ${(KIND_WORDS[kind] ?? kind).toLowerCase()}`).join(", ");
}

export class Announcer {
  #element;
  /** @type {Map<string, number>} */
  #counts = new Map();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {HTMLElement} element a live region */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} sentence */
  say(sentence) {
    this.#element.textContent = sentence;
  }

  /** @param {OrderEvent[]} events */
  add(events) {
    for (const { kind } of events) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#element.textContent = summary(this.#counts);
      this.#counts.clear();
    }, EVERY_MS);
  }
}
