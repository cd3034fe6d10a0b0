/**
 * The demo button: starts two minutes of demo order flow, shows the time left, and stops it.
 *
 * @import {Api, ApiError} from "../net/api.js"
 * @import {Notices} from "./notices.js"
 */

import { minutes } from "../text/format.js";
import { find, setText } from "../ui/dom.js";

/** Wait after a reconnect. A server that stops ends its demo flow, and the next one knows that only after this time. */
const LOOK_AFTER_MS = 2500;

/** @typedef {{running: boolean, ends_at: string|null}} Flow */

export class Demo {
  #api;
  #url;
  #root;
  #notices;
  #serverNow;
  /** @type {Flow} */
  #flow = { running: false, ends_at: null };
  /** Counts requests for a change and their answers: a request from before either one has an outdated answer. */
  #changes = 0;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #ticking;

  /**
   * @param {HTMLElement} root @param {Api} api @param {string} url @param {Notices} notices
   * @param {() => number} serverNow the server's time in unix milliseconds
   */
  constructor(root, api, url, notices, serverNow) {
    this.#root = root;
    this.#api = api;
    this.#url = url;
    this.#notices = notices;
    this.#serverNow = serverNow;
    find("#demo-toggle", root).addEventListener("click", () => this.#ask(this.#flow.running ? "delete" : "post"));
    this.#ask("get");
  }

  /** Checks the demo after a reconnect, perhaps to another server. */
  look() {
    if (this.#flow.running) setTimeout(() => this.#ask("get"), LOOK_AFTER_MS);
  }

  play() {
    this.#ask("post");
  }

  /** @param {"get"|"post"|"delete"} method */
  async #ask(method) {
    const changes = method !== "get";
    if (changes) this.#changes += 1;
    const serial = this.#changes;
    try {
      /** @type {Flow|null} */
      const flow = await this.#api[method](this.#url);
      if (serial !== this.#changes) return;
      if (changes) this.#changes += 1;
      this.#flow = flow ?? { running: false, ends_at: null };
    } catch (error) {
      const { message, unsent } = /** @type {ApiError} */ (error);
      if (unsent) this.#notices.tell(message);
      else if (method !== "get") this.#notices.alert(`The demo flow: ${message}`);
      return;
    }
    this.#root.hidden = false;
    clearInterval(this.#ticking);
    if (this.#flow.running) this.#ticking = setInterval(() => this.#tick(), 1000);
    this.#tick();
  }

  #tick() {
    const { running, ends_at } = this.#flow;
    const left = running && ends_at ? (new Date(ends_at).getTime() - this.#serverNow()) / 1000 : 0;
    if (running && left <= 0) {
      clearInterval(this.#ticking);
      this.#flow = { running: false, ends_at: null };
    }
    find("[data-demo-word=play]", this.#root).hidden = this.#flow.running;
    find("[data-demo-word=stop]", this.#root).hidden = !this.#flow.running;
    setText(find("#demo-left", this.#root), this.#flow.running ? minutes(left) : "");
  }
}
