/**
 * One question at a time: asking another gives up the one before, and a server that does not answer is asked again, after
 * a wait that grows. What it refuses is refused.
 */

import { ApiError } from "./api.js";
import { Backoff } from "./backoff.js";

/** @param {number} ms @param {AbortSignal} signal which ends the wait */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

export class LatestRequest {
  #unanswered;
  #backoff;
  #ending = new AbortController();

  /** @param {(error: ApiError) => void} [unanswered] told of each try that had no answer @param {Backoff} [backoff] */
  constructor(unanswered = () => {}, backoff = new Backoff()) {
    this.#unanswered = unanswered;
    this.#backoff = backoff;
  }

  /**
   * The answer; null where it is not wanted any more. Throws what the server refuses with.
   *
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} read
   * @returns {Promise<T|null>}
   */
  async ask(read) {
    this.stop();
    this.#backoff.reset();
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        const answer = await read(signal);
        return signal.aborted ? null : answer;
      } catch (error) {
        if (signal.aborted) return null;
        if (!(error instanceof ApiError && error.isPassing)) throw error;
        this.#unanswered(error);
      }
      await pause(this.#backoff.next(), signal);
    }
    return null;
  }

  /** Nothing is wanted any more. */
  stop() {
    this.#ending.abort();
    this.#ending = new AbortController();
  }
}
