/**
 * The cone of the chart's instrument: drawn, as a table, or the reason why there is none; with a switch, which is
 * remembered.
 *
 * @import {Store} from "../../ui/store.js"
 * @import {Read} from "./feed.js"
 * @import {Slice} from "./shape.js"
 *
 * @typedef {object} Surroundings
 * @property {Read} read
 * @property {() => number} clock the server's, in unix milliseconds
 * @property {(slices: Slice[]) => void} draw nothing, if it is given none
 * @property {(isWanted: boolean) => void} makeRoom for what is drawn, or gives it back
 * @property {() => number} decimals of the instrument's prices
 * @property {(time: number) => string} moment in words; unix seconds
 */

import { find, setHidden, setText } from "../../ui/dom.js";
import { ConeFeed } from "./feed.js";
import { slicesOf } from "./shape.js";
import { ConeTable } from "./table.js";
import { whyNone } from "./words.js";

const REMEMBERED = "chart-cone";

export class ChartCone {
  #around;
  #feed;
  #table;
  #note;

  /** @param {HTMLElement} root @param {Store} store @param {Surroundings} around */
  constructor(root, store, around) {
    this.#around = around;
    this.#feed = new ConeFeed(around.read, around.clock);
    this.#table = new ConeTable(root);
    this.#note = find("[data-chart=cone-note]", root);
    const button = find("[data-chart-do=cone]", root);
    const turn = (/** @type {boolean} */ on) => {
      button.setAttribute("aria-pressed", String(on));
      this.#feed.on = on;
      if (!on) around.makeRoom(false);
    };
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      store.set(REMEMBERED, on);
      turn(on);
    });
    this.#feed.addEventListener("changed", () => this.#show());
    turn(store.get(REMEMBERED, true));
  }

  /** @param {string} symbol empty for none */
  show(symbol) {
    this.#feed.show(symbol);
  }

  /** Stops requests while the chart is not visible. */
  rest() {
    this.#feed.rest();
  }

  /** @param {boolean} away */
  set away(away) {
    this.#feed.away = away;
  }

  /** Rewrites texts, after a change of decimals, day or time zone. */
  rewrite() {
    const { answer } = this.#feed;
    const reason = whyNone(answer);
    setText(this.#note, reason === "" ? "" : `No cone: ${reason}`);
    setHidden(this.#note, reason === "");
    this.#table.show(answer, this.#around.decimals(), this.#around.moment);
  }

  #show() {
    const { answer } = this.#feed;
    const slices = answer === null || "unavailable" in answer ? [] : slicesOf(answer);
    this.#around.draw(slices);
    // Without an answer, as before the first one of an instrument, the view stays as it is.
    if (answer !== null) this.#around.makeRoom(slices.length > 0);
    this.rewrite();
  }
}
