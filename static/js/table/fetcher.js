/**
 * Fetches the table's data: at once for the user, coalesced and throttled for events. Each request is
 * retried with back-off until it is answered or superseded, and at once when the server is back. A refused request is
 * not retried.
 *
 * Fires `failed` (detail: the error) after each request that had no answer, and `refused` (detail: the error) once.
 *
 * @import {Answer} from "./table-window.js"
 */

import { ApiError } from "../net/api.js";
import { Backoff } from "../net/backoff.js";

const AGAIN_MS = 1000;

/** Whether a retry makes no sense. @param {unknown} error */
function isFinal(error) {
  return error instanceof ApiError && !error.isPassing;
}

export class Fetcher extends EventTarget {
  /** Min time between two requests that no user asked for. */
  everyMs = 1000;
  #read;
  #take;
  #backoff;
  /** Serial number of the user's requests: answers to earlier ones are dropped. */
  #asked = 0;
  #began = -Infinity;
  /** Requests in flight. */
  #busy = 0;
  #ending = new AbortController();
  /** Ends the wait between two tries. @type {() => void} */
  #goOn = () => {};
  #stopped = false;
  /** Whether the answer in flight may be too old. */
  #again = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {(signal: AbortSignal) => Promise<Answer>} read
   * @param {(answer: Answer) => void} take called with answers to `soon()` @param {Backoff} [backoff]
   */
  constructor(read, take, backoff = new Backoff()) {
    super();
    this.#read = read;
    this.#take = take;
    this.#backoff = backoff;
  }

  /**
   * Fetches at once for the user; null if refused, or superseded by another request.
   *
   * @returns {Promise<Answer|null>}
   */
  async now() {
    const serial = ++this.#asked;
    this.#again = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (serial === this.#asked && !this.#stopped) {
      const { signal } = this.#ending;
      const { answer, refusal } = await this.#try(signal);
      if (serial !== this.#asked) return null;
      if (answer !== null) return answer;
      if (refusal !== null) {
        this.#tell("refused", refusal);
        return null;
      }
      if (!signal.aborted) await this.#pause();
    }
    return null;
  }

  /** Retries at once, when the server is back: also requests stuck on a dead connection. */
  retryNow() {
    this.#backoff.reset();
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#goOn();
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.soon();
  }

  /** Stops all requests. */
  stop() {
    this.#stopped = true;
    this.#asked += 1;
    this.retryNow();
  }

  /** Fetches a newer answer soon, unless a request is already in flight. */
  soon() {
    if (this.#stopped) return;
    if (this.#busy > 0 || this.#timer !== undefined) return;
    this.#wait(Math.max(0, this.#began + this.everyMs - performance.now()));
  }

  /** Fetches an answer to a request that begins after this call. */
  refreshAfterCurrent() {
    if (this.#busy > 0) this.#again = true;
    else this.soon();
  }

  async #pause() {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#backoff.next());
      this.#goOn = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  /** @param {number} milliseconds */
  #wait(milliseconds) {
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      const serial = this.#asked;
      const { signal } = this.#ending;
      const { answer, refusal } = await this.#try(signal);
      if (serial !== this.#asked) return;
      if (answer !== null) this.#take(answer);
      else if (refusal !== null) this.#tell("refused", refusal);
      else if (this.#timer === undefined) this.#wait(signal.aborted ? 0 : AGAIN_MS + this.#backoff.next());
    }, milliseconds);
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<{answer: Answer|null, refusal: unknown}>} both null if no answer came
   */
  async #try(signal) {
    this.#busy += 1;
    this.#began = performance.now();
    try {
      const answer = await this.#read(signal);
      this.#backoff.reset();
      return { answer, refusal: null };
    } catch (error) {
      if (isFinal(error)) return { answer: null, refusal: error };
      if (!signal.aborted) this.#tell("failed", error);
      return { answer: null, refusal: null };
    } finally {
      this.#busy -= 1;
      if (this.#again && this.#busy === 0) {
        this.#again = false;
        this.soon();
      }
    }
  }

  /** @param {"failed"|"refused"} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
