/**
 * The touch in an order's details: the curve over the next four hours, the same as a table, and the median time.
 *
 * Read when the details open, and again every few seconds while they are open and the page is visible.
 *
 * @import {Api} from "../net/api.js"
 * @import {Order} from "../orders/order.js"
 * @import {Forecast} from "./words.js"
 */

import { LatestRequest } from "../net/latest-request.js";
import { localTime } from "../text/format.js";
import { make, setHidden, setText } from "../ui/dom.js";
import { MINUTES } from "./curve.js";
import { isForecast, levelOf, levelText } from "./level.js";
import { aboutLink, aboutSymbol } from "./link.js";
import { Picture } from "./picture.js";
import { WhileVisible } from "./while-visible.js";
import { DASH, medianText, reasonText, signedChance, soleReason } from "./words.js";

const LOADING = "Reading the forecast …";
const FAILED = "The forecast could not be read.";
const TITLE = "Touch";
const HEADS = ["Within", "Touch", "Trade through"];

/**
 * Not an element of a table: the details lie in a cell of one, whose styles it would take.
 *
 * @param {string} role @param {...(string|Node)} content
 */
function part(role, ...content) {
  const made = make("div", `touch-${role}`, ...content);
  made.setAttribute("role", role);
  return made;
}

/** @param {number} minutes */
function horizon(minutes) {
  return minutes < 120 ? `${minutes} min` : `${minutes / 60} h`;
}

/** @param {number} minutes */
function rowFor(minutes) {
  const within = part("rowheader", horizon(minutes));
  const [touch, through] = [part("cell", DASH), part("cell", DASH)];
  return { minutes, touch, through, row: part("row", within, touch, through) };
}

/** What the picture shows, in words. @param {Forecast[]} forecasts */
export function pictureText(forecasts) {
  const told = forecasts.map(
    (each) => `${horizon(each.minutes)} ${each.touch ? signedChance(each.touch) : reasonText(each)}`,
  );
  return `Touch within ${told.join(", ")}`;
}

export class TouchDetails {
  #api;
  #url;
  #picture = new Picture();
  #rows = MINUTES.map(rowFor);
  #title = make("p", "touch-title", TITLE);
  #median = make("p", "touch-median");
  #note = make("p", "touch-note muted", LOADING);
  #about = aboutLink();
  #body;
  element;
  #inquiry = new LatestRequest(() => this.#tell(`${FAILED} Trying again …`));
  #refresh = new WhileVisible(() => this.#read());
  /** The order and price that is read. */
  #asked = "";
  #id = 0;
  #isBusy = false;

  /** @param {Api} api @param {string} url */
  constructor(api, url) {
    this.#api = api;
    this.#url = url;
    const heads = part("row", ...HEADS.map((text) => part("columnheader", text)));
    const table = part("table", heads, ...this.#rows.map(({ row }) => row));
    table.setAttribute("aria-label", "Touch by time");
    this.#body = make("div", "touch-body", this.#picture.element, table);
    this.#body.hidden = true;
    this.#note.setAttribute("role", "status");
    this.element = make("section", "touch-details", this.#title, this.#body, this.#median, this.#note);
    this.element.append(make("p", "", this.#about));
    this.element.setAttribute("aria-label", "Touch");
    this.element.hidden = true;
  }

  /** Shows this order, or nothing if it is done or has no price. @param {Order} order */
  show(order) {
    const asked = isForecast(order) ? `${order.id} ${levelOf(order)}` : "";
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#id = order.id;
    setHidden(this.element, asked === "");
    this.#about.href = aboutSymbol(order.symbol);
    setText(this.#title, `${TITLE} ${levelText(order)}`.trim());
    this.close();
    if (asked === "") return;
    this.#blank(LOADING);
    this.#refresh.start();
  }

  /** Stops reading, after the details were closed. */
  close() {
    this.#refresh.stop();
    this.#inquiry.stop();
    this.#isBusy = false;
  }

  async #read() {
    // A slow answer is waited for: asking again would end it.
    if (this.#isBusy) return;
    this.#isBusy = true;
    const asked = this.#asked;
    const params = new URLSearchParams({ orders: String(this.#id), minutes: MINUTES.join() });
    try {
      const answer = await this.#inquiry.ask((signal) => this.#api.get(this.#url, params, signal));
      if (answer === null || asked !== this.#asked) return;
      this.#write(answer.results);
    } catch {
      if (asked !== this.#asked) return;
      this.#blank(FAILED);
    }
    this.#isBusy = false;
  }

  /** @param {Forecast[]} results */
  #write(results) {
    const forecasts = results.toSorted((a, b) => a.minutes - b.minutes);
    const sole = soleReason(forecasts);
    if (forecasts.length === 0 || sole !== "") {
      this.#blank(sole === "" ? FAILED : `No forecast: ${sole}`);
      return;
    }
    for (const { minutes, touch, through } of this.#rows) {
      const each = forecasts.find((one) => one.minutes === minutes);
      setText(touch, each?.touch ? signedChance(each.touch) : DASH);
      setText(through, each?.trade_through ? signedChance(each.trade_through) : DASH);
      touch.title = each && !each.touch ? reasonText(each) : "";
    }
    const told = forecasts.find(({ touch }) => touch);
    this.#picture.show(forecasts, pictureText(forecasts));
    setText(this.#median, medianText(forecasts));
    const missing = forecasts.find(({ touch }) => !touch);
    const why = missing ? `${horizon(missing.minutes)} ${reasonText(missing)}` : "";
    const asOf = told?.as_of === undefined ? "" : `as of ${localTime(told.as_of)}`;
    this.#tell([why, asOf].filter((word) => word !== "").join(" · "));
    setHidden(this.#body, false);
  }

  /** Shows no numbers, and why. @param {string} why */
  #blank(why) {
    setHidden(this.#body, true);
    setText(this.#median, "");
    this.#tell(why);
  }

  /** @param {string} text */
  #tell(text) {
    setText(this.#note, text);
  }
}
