/**
 * A reconnecting websocket: reports frames and its own state, and never claims to be open while it is silent.
 *
 * Fires `state` on every change of `state`, `frame` (detail `{frame, at}`) for every JSON frame, and `readmitted` when
 * the server accepts it again after a refusal, with another session of the same browser. While no user is signed in
 * ("signed-out") it retries less and less often. If the server speaks a protocol that this page does not know
 * ("outdated") it stops for good.
 *
 * @typedef {"idle"|"connecting"|"open"|"stale"|"down"|"signed-out"|"outdated"} SocketState
 */

import { Backoff } from "./backoff.js";
import { Moment, now } from "./clock.js";

const PROTOCOL = 1;
const CHECK_MS = 500;
const STABLE_MS = 10_000;
const CONNECT_MS = 10_000;
const PROBE_MS = 2_000;
/** Delay between two tries while signed out: doubles each time. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_AGAIN_LONGEST_MS = 60_000;
const STALE_AFTER_HEARTBEATS = 1.5;
const DEAD_AFTER_HEARTBEATS = 2;
const SIGNED_OUT = [4401, 4403];
const OPEN = 1;
/** States that the next attempt alone does not change. @type {SocketState[]} */
const LASTING = ["stale", "signed-out"];

/**
 * Whether the machine has slept through a deadline: timers stand still during sleep.
 *
 * @param {Moment} since @param {number} ms from `since` to the deadline
 */
function overslept(since, ms) {
  return since.age > ms + 4 * CHECK_MS;
}

export class Socket extends EventTarget {
  /** @type {SocketState} */
  state = "idle";
  #url;
  #open;
  #backoff;
  /** @type {WebSocket|null} */
  #socket = null;
  #heartbeatMs = 5000;
  /** When the newest attempt began; once connected, when the server's hello arrived. */
  #since = new Moment();
  /** Whether the server's hello has arrived on it. */
  #greeted = false;
  /** @type {Moment|null} */
  #heard = null;
  #refusals = 0;
  /** When a ping was sent that is still unanswered. @type {Moment|null} */
  #asked = null;
  /** The reconnect delay that the server asked for. @type {number|null} */
  #comeBackMs = null;
  /** The wait for the next attempt. @type {{timer: ReturnType<typeof setTimeout>, since: Moment, ms: number, ordered: boolean}|null} */
  #wait = null;

  /**
   * @param {string} url
   * @param {(url: string) => WebSocket} [open]
   * @param {Backoff} [backoff]
   */
  constructor(url, open = (address) => new WebSocket(address), backoff = new Backoff()) {
    super();
    this.#url = url;
    this.#open = open;
    this.#backoff = backoff;
  }

  /** When the last frame arrived, by the wall clock. */
  get heard() {
    return this.#heard?.wall ?? Date.now();
  }

  start() {
    setInterval(() => this.#check(), CHECK_MS);
    this.#connect();
  }

  /** @param {object} frame @returns {boolean} whether it was sent */
  send(frame) {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Reconnects at once or pings an open socket, after a change of network, visibility or perhaps the sign-in. */
  nudge() {
    this.#check();
    if (this.state === "signed-out" || (this.state === "down" && !this.#wait?.ordered)) {
      this.#backoff.reset();
      this.#connect();
    } else if (this.#attempting && this.#since.age > PROBE_MS) {
      this.#connect();
    } else if (this.state === "open" && this.send({ type: "ping", client_time: now() })) {
      this.#asked ??= new Moment();
    }
  }

  get #attempting() {
    return this.#socket !== null && !this.#greeted;
  }

  #connect() {
    this.#forget();
    const socket = this.#open(this.#url);
    this.#socket = socket;
    this.#since = new Moment();
    this.#greeted = false;
    this.#comeBackMs = null;
    this.#become(LASTING.includes(this.state) ? this.state : "connecting");
    socket.addEventListener("message", ({ data }) => socket === this.#socket && this.#take(data));
    socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#lost(code));
  }

  /** @param {string} data */
  #take(data) {
    const at = now();
    this.#heard = new Moment();
    this.#asked = null;
    const frame = JSON.parse(data);
    if (frame.type === "hello") {
      if (frame.protocol !== PROTOCOL) {
        this.#forget();
        this.#become("outdated");
        return;
      }
      this.#heartbeatMs = frame.heartbeat_seconds * 1000;
      this.#since = new Moment();
      this.#greeted = true;
    }
    if (frame.type === "going_away") this.#comeBackMs = frame.reconnect_after_ms;
    // The hello comes before the change of state: subscriptions of the old socket have ended.
    this.dispatchEvent(new CustomEvent("frame", { detail: { frame, at } }));
    if (frame.type === "hello" || (this.state === "stale" && this.#greeted)) this.#become("open");
    if (frame.type === "hello" && this.#refusals > 0) {
      this.#refusals = 0;
      this.dispatchEvent(new Event("readmitted"));
    }
  }

  /** @param {number} code */
  #lost(code) {
    this.#socket = null;
    if (SIGNED_OUT.includes(code)) {
      this.#refusals += 1;
      this.#refused();
    } else if (this.state === "signed-out") {
      this.#refused();
    } else {
      this.#become("down");
      const ordered = this.#comeBackMs;
      if (ordered === null) this.#connectIn(this.#backoff.next());
      else this.#connectIn(this.#backoff.after(ordered), true);
    }
  }

  /**
   * Retries at once, then with growing delays: the browser may get a new cookie when a password is changed or a user
   * signs in in another tab.
   */
  #refused() {
    const looks = this.#refusals - 1;
    this.#become(looks === 0 ? "down" : "signed-out");
    this.#connectIn(looks === 0 ? 0 : Math.min(LOOK_AGAIN_LONGEST_MS, LOOK_AGAIN_MS * 2 ** (looks - 1)));
  }

  /** @param {number} ms @param {boolean} [ordered] whether the server asked for this delay */
  #connectIn(ms, ordered = false) {
    this.#wait = { timer: setTimeout(() => this.#connect(), ms), since: new Moment(), ms, ordered };
  }

  #check() {
    if (this.#attempting) {
      if (overslept(this.#since, CONNECT_MS)) this.#connect();
      else if (this.#since.age > CONNECT_MS) this.#abandon();
    } else if (this.state === "open" || this.state === "stale") {
      this.#judge();
    } else if (this.#wait !== null && overslept(this.#wait.since, this.#wait.ms)) {
      this.#backoff.reset();
      this.#connect();
    }
  }

  /** Watchdog: decides from the silence of the connection whether it is stale or dead. */
  #judge() {
    if (this.#since.age > STABLE_MS) this.#backoff.reset();
    const silence = this.#heard?.age ?? 0;
    const unanswered = this.#asked !== null && this.#asked.age > PROBE_MS;
    if (unanswered || silence > DEAD_AFTER_HEARTBEATS * this.#heartbeatMs) {
      // Closing a silent socket may take minutes: abandon it and open a new one at once.
      this.#become("stale");
      this.#connect();
    } else if (silence > STALE_AFTER_HEARTBEATS * this.#heartbeatMs) {
      this.#become("stale");
    }
  }

  /** Gives up an attempt that got no answer. */
  #abandon() {
    this.#forget();
    this.#lost(0);
  }

  #forget() {
    clearTimeout(this.#wait?.timer);
    this.#wait = null;
    this.#asked = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {SocketState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}
