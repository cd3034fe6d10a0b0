/**
 * Polls the log's head while realtime is off: no events report it then.
 *
 * @import {Api} from "../net/api.js"
 */

export const EVERY_MS = 7000;
const NEWEST = new URLSearchParams({ limit: "1" });

export class PausedHead {
  #api;
  #url;
  #tell;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;
  /** Aborts the request in flight; null if there is none. @type {AbortController|null} */
  #asking = null;

  /** @param {Pick<Api, "get">} api @param {string} url of the events @param {(head: number) => void} tell */
  constructor(api, url, tell) {
    this.#api = api;
    this.#url = url;
    this.#tell = tell;
  }

  /** Starts or stops polling. @param {boolean} on */
  set on(on) {
    clearInterval(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
    this.#timer = on ? setInterval(() => this.#ask(), EVERY_MS) : undefined;
  }

  async #ask() {
    if (document.hidden || this.#asking !== null) return;
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const { head } = await this.#api.get(this.#url, NEWEST, asking.signal);
      if (this.#asking === asking) this.#tell(head);
    } catch {
      // The next poll may succeed.
    }
    if (this.#asking === asking) this.#asking = null;
  }
}
