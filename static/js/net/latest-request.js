/**
 * Latest-wins request with retry: a new request aborts the one before, and a request without an answer is retried with
 * back-off. A refusal is final.
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

  /**
   * @param {(error: ApiError) => void} [unanswered] called for each try without an answer
   * @param {Backoff} [backoff]
   */
  constructor(unanswered = () => {}, backoff = new Backoff()) {
    this.#unanswered = unanswered;
    this.#backoff = backoff;
  }

  /**
   * The answer; null if the request was stopped or superseded. Throws if the server refuses it.
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

  /** Aborts the request in flight and its retries. */
  stop() {
    this.#ending.abort();
    this.#ending = new AbortController();
  }
}
