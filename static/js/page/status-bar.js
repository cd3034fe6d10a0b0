/**
 * The status bar: realtime switch, connection state, latency and the proof that nothing is missing.
 *
 * Fires `toggle` when the user switches realtime.
 *
 * @import {StreamState} from "../stream/connection-state.js"
 * @import {Latency} from "../stream/latency.js"
 * @import {OrderStream} from "../stream/stream.js"
 * @import {Ending} from "./status-view.js"
 */

import { HOPS } from "../stream/latency.js";
import { integer, milliseconds, plural } from "../text/format.js";
import { find, make, setInteger, setText } from "../ui/dom.js";
import { Popover } from "../ui/popover.js";
import { sparkline } from "./sparkline.js";

const DRAW_EVERY_MS = 250;
/** @type {Record<StreamState, string>} */
const WORDS = {
  off: "Paused",
  connecting: "Connecting",
  live: "Live",
  "catching-up": "Catching up",
  stale: "Stale",
  offline: "Offline",
};
/** @type {Record<Ending, string>} */
const ENDINGS = { "signed-out": "Signed out", outdated: "New version" };
const PERCENTILES = { p50: 0.5, p95: 0.95, p99: 0.99 };

/** A hop's row in the latency details. @param {string} hop */
function hopRow(hop) {
  const bar = make("meter", "");
  bar.setAttribute("aria-label", `Share of ${hop}`);
  const name = make("th", "", hop);
  name.scope = "row";
  const [median, worst] = [make("td", ""), make("td", "")];
  return { row: make("tr", "", name, median, worst, make("td", "", bar)), hop, median, worst, bar };
}

export class StatusBar extends EventTarget {
  #root;
  #stream;
  #latency;
  #details;
  /** One row per hop, in order. */
  #hops = HOPS.map(hopRow);
  /** The newest head known from requests, which advances while the stream is paused. */
  #told = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {HTMLElement} root @param {OrderStream} stream @param {Latency} latency */
  constructor(root, stream, latency) {
    super();
    this.#root = root;
    this.#stream = stream;
    this.#latency = latency;
    find("#realtime", root).addEventListener("click", () => this.dispatchEvent(new Event("toggle")));
    const toggle = find("#details-toggle", root);
    this.#details = new Popover(toggle, find("#latency-details", root));
    find("#hops", root).append(...this.#hops.map(({ row }) => row));
    toggle.addEventListener("click", () => this.#drawLatency());
  }

  /** @param {string} since when the state began, such as "at 10:31:07" @param {Ending|null} ending */
  showState(since, ending) {
    const { state, realtime } = this.#stream;
    const connection = find("#connection", this.#root);
    connection.dataset.state = state;
    setText(find("[data-connection-word]", connection), ending ? ENDINGS[ending] : WORDS[state]);
    setText(find("[data-connection-since]", connection), state === "off" ? since : "");
    find("#realtime", this.#root).setAttribute("aria-pressed", String(realtime));
    this.showProof();
  }

  showProof() {
    const { realtime, feed } = this.#stream;
    const { last, gaps, duplicates } = feed;
    const figures = { seq: last ?? 0, head: this.#head, gaps, duplicates };
    const proof = find("#stream", this.#root);
    for (const [name, value] of Object.entries(figures)) setInteger(find(`[data-stream=${name}]`, proof), value);
    proof.classList.toggle("is-behind", figures.seq < figures.head);
    setText(find("[data-proof-paused]", proof), realtime ? "" : this.#pausedText(figures));
    if (this.#details.open) this.#showProofAgain();
  }

  /** Reports the log's head. @param {number} head */
  tell(head) {
    this.#told = head;
    this.showProof();
  }

  get #head() {
    const { realtime, feed } = this.#stream;
    return realtime ? feed.head : Math.max(feed.head, this.#told);
  }

  /** @param {{seq: number, head: number}} figures */
  #pausedText({ seq, head }) {
    const newer = head - seq;
    return ` · paused at ${integer(seq)}${newer > 0 ? `, ${integer(newer)} newer` : ""}`;
  }

  /** Repeats the proof in the details: on a phone it has no room elsewhere. */
  #showProofAgain() {
    const { last, gaps, duplicates } = this.#stream.feed;
    const text = `seq ${integer(last ?? 0)} / head ${integer(this.#head)} · ${plural(gaps, "gap")} · ${plural(duplicates, "duplicate")}`;
    setText(find("#proof-again", this.#root), text);
  }

  /** Draws new figures, throttled to a few times a second. */
  showLatency() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#drawLatency();
    }, DRAW_EVERY_MS);
  }

  #drawLatency() {
    const { total, last, recent } = this.#latency;
    const root = this.#root;
    setText(find("[data-latency=last]", root), milliseconds(last));
    for (const [name, share] of Object.entries(PERCENTILES)) {
      setText(find(`[data-latency=${name}]`, root), milliseconds(total.percentile(share)));
    }
    find("#sparkline path", root).setAttribute("d", sparkline(recent));
    if (this.#details.open) this.#drawDetails();
  }

  #drawDetails() {
    const { total, hops } = this.#latency;
    const { clock } = this.#stream;
    const root = this.#root;
    setText(find("[data-latency-again=p50]", root), milliseconds(total.percentile(0.5)));
    setText(
      find("#latency-count", root),
      total.count === 0 ? "No live event yet" : `Of ${plural(total.count, "live event")}`,
    );
    const offset = `${clock.offset < 0 ? "−" : "+"}${milliseconds(Math.abs(clock.offset))}`;
    setText(
      find("#clock-offset", root),
      clock.known ? `of the server ${offset} ms ± ${milliseconds(clock.error)} ms` : "not measured yet",
    );
    this.#showProofAgain();
    const medians = HOPS.map((hop) => hops[hop]?.percentile(0.5) ?? null);
    const most = Math.max(...medians.map(Number), Number.EPSILON);
    this.#hops.forEach(({ hop, median, worst, bar }, i) => {
      setText(median, milliseconds(medians[i] ?? null));
      setText(worst, milliseconds(hops[hop]?.percentile(0.99) ?? null));
      Object.assign(bar, { max: most, value: medians[i] ?? 0 });
    });
  }
}
