/**
 * The cone of one instrument, read when it is shown and soon after each full minute, when the server has the bar that
 * has ended. An answer counts for three minutes.
 *
 * Fires `changed` when `answer` is another.
 *
 * @import {Cone} from "./shape.js"
 *
 * @typedef {Cone|{unavailable: string}} Answer
 * @typedef {(symbol: string, signal: AbortSignal) => Promise<Answer>} Read throws an `ApiError` where there is none
 * @typedef {EventTarget & {readonly hidden: boolean}} Sight a document
 */

import { ApiError } from "../../net/api.js";
import { Moment } from "../../net/clock.js";
import { LatestRequest } from "../../net/latest-request.js";

const MINUTE_MS = 60_000;
/** After the full minute. */
const DELAY_MS = 4_000;
/** Pages spread their requests over this. */
const SPREAD_MS = 2_000;
/** After an answer without a cone. */
const SOON_MS = 10_000;
const KEPT_MS = 3 * MINUTE_MS;

export class ConeFeed extends EventTarget {
  #read;
  #clock;
  #sight;
  #delay;
  #inquiry = new LatestRequest();
  #symbol = "";
  #on = true;
  #seen = false;
  #away = false;
  /** @type {Answer|null} */
  #answer = null;
  #since = new Moment();
  /** The minute that was asked for last; null if it has to be asked for again. @type {number|null} */
  #asked = null;
  #asking = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #end;

  /**
   * @param {Read} read @param {() => number} clock the server's, in unix milliseconds
   * @param {Sight} [sight] @param {() => number} [random] 0 to 1
   */
  constructor(read, clock, sight = document, random = Math.random) {
    super();
    this.#read = read;
    this.#clock = clock;
    this.#sight = sight;
    this.#delay = DELAY_MS + random() * SPREAD_MS;
    sight.addEventListener("visibilitychange", () => this.#go());
  }

  /** Null while there is none. */
  get answer() {
    return this.#answer;
  }

  /** @param {boolean} on */
  set on(on) {
    this.#on = on;
    if (!on) this.#become(null);
    this.#go();
  }

  /** Whether the server is out of reach. @param {boolean} away */
  set away(away) {
    this.#away = away;
    this.#go();
  }

  /** Follows this instrument instead of the one before. @param {string} symbol empty for none */
  show(symbol) {
    this.#seen = true;
    if (symbol !== this.#symbol) {
      this.#symbol = symbol;
      this.#forget();
      this.#become(null);
    }
    this.#go();
  }

  /** Stops requests while the chart is not visible. */
  rest() {
    this.#seen = false;
    this.#go();
  }

  get #wanted() {
    return this.#on && this.#seen && !this.#away && !this.#sight.hidden && this.#symbol !== "";
  }

  /** Reads what has not been read, and comes back after the next full minute. */
  #go() {
    clearTimeout(this.#timer);
    this.#expire();
    if (!this.#wanted) {
      if (this.#asking || !this.#on) this.#forget();
      return;
    }
    const passed = this.#clock() - this.#delay;
    const minute = Math.floor(passed / MINUTE_MS);
    if (minute !== this.#asked) this.#ask(minute);
    this.#timer = setTimeout(() => this.#go(), (minute + 1) * MINUTE_MS - passed);
  }

  #forget() {
    this.#inquiry.stop();
    this.#asking = false;
    this.#asked = null;
  }

  /** A refusal or no answer is not told: the next minute brings another. @param {number} minute */
  async #ask(minute) {
    const symbol = this.#symbol;
    this.#asked = minute;
    this.#asking = true;
    const answer = await this.#inquiry.ask((signal) => this.#read(symbol, signal).catch(unanswered));
    if (answer === null) return;
    this.#asking = false;
    if (answer instanceof ApiError) return;
    this.#become(answer);
    if (!("unavailable" in answer)) return;
    // A symbol that nobody has asked for before is there in seconds.
    this.#asked = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#go(), SOON_MS);
  }

  /** @param {Answer|null} answer */
  #become(answer) {
    clearTimeout(this.#end);
    if (answer === null && this.#answer === null) return;
    this.#answer = answer;
    this.#since = new Moment();
    if (answer !== null) this.#end = setTimeout(() => this.#expire(), KEPT_MS);
    this.dispatchEvent(new Event("changed"));
  }

  #expire() {
    if (this.#answer !== null && this.#since.age >= KEPT_MS) this.#become(null);
  }
}

/** @param {unknown} error */
function unanswered(error) {
  if (error instanceof ApiError) return error;
  throw error;
}
