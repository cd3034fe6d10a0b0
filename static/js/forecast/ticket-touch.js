/**
 * One line in the ticket: how likely the market touches the price that is typed, before the order is sent.
 *
 * Read when typing has paused, and again every few seconds while the ticket is open and the page visible.
 *
 * @import {Api} from "../net/api.js"
 * @import {Forecast} from "./words.js"
 *
 * @typedef {{side: string, symbol: string, order_type: string, price?: string, stop_price?: string}} Terms of the order
 *   in the ticket; invalid amounts are empty
 */

import { ApiError } from "../net/api.js";
import { LatestRequest } from "../net/latest-request.js";
import { make, setHidden, setText } from "../ui/dom.js";
import { levelOf } from "./level.js";
import { aboutLink } from "./link.js";
import { WhileVisible } from "./while-visible.js";
import { HORIZONS, medianText, reasonText, signedChance, soleReason } from "./words.js";

const PAUSE_MS = 400;
const LINK = "How good is this?";
const FAILED = "Touch: could not be read.";

/** What to ask for; null if there is nothing to forecast yet. @param {Terms|null} terms @returns {Record<string, string>|null} */
export function question(terms) {
  const price = terms === null ? null : levelOf(terms);
  if (terms === null || terms.symbol === "" || price === null || !/[1-9]/.test(price)) return null;
  const { symbol, side, order_type } = terms;
  return { symbol, side, price, order_type };
}

/** @param {Forecast} forecast */
function part(forecast) {
  const { minutes, touch } = forecast;
  return touch ? `${minutes} min ${signedChance(touch)}` : `${minutes} min: ${reasonText(forecast)}`;
}

/** @param {unknown} error */
function refusal(error) {
  const isOfPrice = error instanceof ApiError && error.status === 400;
  return isOfPrice ? `No touch forecast: ${error.message}` : FAILED;
}

/**
 * "Touch within 5 min 3 % · 15 min 31–36 % · 60 min 70–74 % · median 23 min", or why there is no number.
 *
 * @param {Forecast[]} forecasts the nearest first
 */
export function lineText(forecasts) {
  const sole = soleReason(forecasts);
  if (sole !== "") return `No touch forecast: ${sole}`;
  const median = medianText(forecasts).replace(" time to touch", "");
  return `Touch within ${[...forecasts.map(part), median].filter((text) => text !== "").join(" · ")}`;
}

export class TicketTouch {
  #line;
  #text = make("span", "");
  #api;
  #url;
  #inquiry = new LatestRequest(() => setText(this.#text, `${FAILED} Trying again …`));
  #refresh = new WhileVisible(() => this.#read());
  /** @type {Record<string, string>|null} */
  #question = null;
  #asked = "";
  #isBusy = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #pause;

  /** @param {HTMLElement} line @param {Api} api @param {string} url */
  constructor(line, api, url) {
    this.#line = line;
    this.#api = api;
    this.#url = url;
    line.append(this.#text, " ", aboutLink(LINK));
  }

  /** Follows the order in the ticket. @param {Terms|null} terms null while the ticket is closed or its symbol unknown */
  follow(terms) {
    const next = question(terms);
    const asked = JSON.stringify(next);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#question = next;
    this.#stop();
    setHidden(this.#line, next === null);
    if (next === null) return;
    // Numbers of another price would be taken for this one's.
    setText(this.#text, "Touch within …");
    this.#pause = setTimeout(() => this.#refresh.start(), PAUSE_MS);
  }

  #stop() {
    clearTimeout(this.#pause);
    this.#refresh.stop();
    this.#inquiry.stop();
    this.#isBusy = false;
  }

  async #read() {
    if (this.#isBusy || this.#question === null) return;
    this.#isBusy = true;
    const asked = this.#asked;
    const params = this.#question;
    const of = (/** @type {number} */ minutes) => new URLSearchParams({ ...params, minutes: String(minutes) });
    try {
      const answers = await this.#inquiry.ask((signal) =>
        Promise.all(HORIZONS.map((minutes) => this.#api.get(this.#url, of(minutes), signal))),
      );
      if (answers === null || asked !== this.#asked) return;
      setText(this.#text, lineText(answers));
    } catch (error) {
      if (asked !== this.#asked) return;
      // Refused: only another order may be answered.
      this.#refresh.stop();
      setText(this.#text, refusal(error));
    }
    this.#isBusy = false;
  }
}
