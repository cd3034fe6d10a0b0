/**
 * Shows the connection's state: the word in the status bar, a greyed table with its age, or why the page has ended.
 *
 * A state is announced to screen readers once, and only if it lasts.
 *
 * @import {Socket} from "../net/socket.js"
 * @import {OrderStream} from "../stream/stream.js"
 * @import {Announcer} from "./announcer.js"
 * @import {StatusBar} from "./status-bar.js"
 */

import { localTime } from "../text/format.js";
import { find, setText } from "../ui/dom.js";
import { reload } from "./unsaved-changes.js";

/** A shorter break is not announced. */
const LASTS_MS = 1500;
const AWAY_WORDS = { stale: "No contact with the server", offline: "Offline" };

/** @typedef {"signed-out"|"outdated"} Ending */

export class StatusView {
  #stream;
  #socket;
  #strip;
  #announcer;
  /** When the displayed orders were last known to be current; null while they are. @type {Date|number|null} */
  #asOf = new Date();
  #said = "";
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #saying;

  /** @param {OrderStream} stream @param {Socket} socket @param {StatusBar} strip @param {Announcer} announcer */
  constructor(stream, socket, strip, announcer) {
    this.#stream = stream;
    this.#socket = socket;
    this.#strip = strip;
    this.#announcer = announcer;
    find("[data-action=reload]").addEventListener("click", reload);
  }

  /** Why this page has ended; null while it has not. @returns {Ending|null} */
  get ending() {
    const { state } = this.#socket;
    return state === "signed-out" || state === "outdated" ? state : null;
  }

  /** Why nothing can be sent now, as a sentence; empty if requests can be sent. */
  get away() {
    const { away } = this.#stream;
    return away === null ? "" : `${AWAY_WORDS[away]} since ${localTime(this.#socket.heard)}.`;
  }

  get #since() {
    return this.#asOf === null ? "" : localTime(this.#asOf);
  }

  /** Notes that the user has switched realtime: the displayed orders are current as of now. */
  switched() {
    this.#asOf = null;
  }

  show() {
    const { state } = this.#stream;
    const away = state === "offline" || state === "stale";
    if (state === "live") this.#asOf = null;
    else this.#asOf ??= away ? this.#socket.heard : new Date();
    document.body.dataset.connection = state;
    this.#strip.showState(`at ${this.#since}`, this.ending);
    const line = find("#as-of");
    line.hidden = !away || this.ending === "signed-out";
    setText(line, `as of ${this.#since}`);
    for (const ending of /** @type {const} */ (["signed-out", "outdated"])) {
      find(`#${ending}`).hidden = this.ending !== ending;
    }
    document.body.dataset.ended = this.ending ?? "";
    find(".work").hidden = this.ending === "signed-out";
    this.#say(this.#sentence(state));
  }

  /** @param {string} state */
  #sentence(state) {
    if (this.ending === "signed-out") return "Signed out.";
    if (this.ending === "outdated") return "A new version is available: reload the page.";
    if (state === "offline" || state === "stale") return `${AWAY_WORDS[state]} since ${this.#since}.`;
    return state === "live" ? "" : this.#said;
  }

  /** @param {string} sentence */
  #say(sentence) {
    clearTimeout(this.#saying);
    if (sentence === this.#said) return;
    this.#saying = setTimeout(() => {
      this.#said = sentence;
      this.#announcer.say(sentence || "Live again.");
    }, LASTS_MS);
  }
}
