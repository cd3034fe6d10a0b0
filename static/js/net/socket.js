/**
 * One websocket that comes back: tells of frames and of its own state, and never claims to be up when it is silent.
 *
 * Fires `state` on every change of `state`, `frame` (detail `{frame, at}`) for every JSON frame, and `readmitted` where it
 * was refused and is let in now: by another session of the same browser. Where nobody is signed
 * in ("signed-out") it looks ever more rarely whether that still holds; where the server has begun to speak a protocol of
 * which this page knows nothing ("outdated") it ends for good.
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
/** Between two looks whether nobody is signed in still: doubling. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_AGAIN_LONGEST_MS = 60_000;
const STALE_AFTER_HEARTBEATS = 1.5;
const DEAD_AFTER_HEARTBEATS = 2;
const SIGNED_OUT = [4401, 4403];
const OPEN = 1;
/** What the next attempt alone does not change. @type {SocketState[]} */
const LASTING = ["stale", "signed-out"];

/** Whether something that was due so long after that moment should have been seen before: timers stand still while a machine sleeps. @param {Moment} since @param {number} ms */
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
  /** When the newest attempt began, or the connection that came of it. */
  #since = new Moment();
  /** Whether the server has said hello on it. */
  #greeted = false;
  /** @type {Moment|null} */
  #heard = null;
  #refusals = 0;
  /** When a sign of life was asked for that has not come yet. @type {Moment|null} */
  #asked = null;
  /** In how many milliseconds the server said to come back. @type {number|null} */
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

  /** When the server was last heard, by the wall clock. */
  get heard() {
    return this.#heard?.wall ?? Date.now();
  }

  start() {
    setInterval(() => this.#check(), CHECK_MS);
    this.#connect();
  }

  /** @param {object} frame @returns {boolean} whether it left */
  send(frame) {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Something changed out there (network, visibility, perhaps the sign-in): tries at once, or asks an open socket for a sign of life. */
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
    // Listeners learn of a new hello before of the state: what they were promised on the old socket has ended.
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

  /** Perhaps the browser has a new cookie by now, or will have it in a moment: a password was changed, or somebody has signed in, elsewhere. */
  #refused() {
    const looks = this.#refusals - 1;
    this.#become(looks === 0 ? "down" : "signed-out");
    this.#connectIn(looks === 0 ? 0 : Math.min(LOOK_AGAIN_LONGEST_MS, LOOK_AGAIN_MS * 2 ** (looks - 1)));
  }

  /** @param {number} ms @param {boolean} [ordered] whether the server has asked for it */
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

  /** What its silence means. */
  #judge() {
    if (this.#since.age > STABLE_MS) this.#backoff.reset();
    const silence = this.#heard?.age ?? 0;
    const unanswered = this.#asked !== null && this.#asked.age > PROBE_MS;
    if (unanswered || silence > DEAD_AFTER_HEARTBEATS * this.#heartbeatMs) {
      // A silent socket may take minutes to close: it is left alone and a new one takes its place at once.
      this.#become("stale");
      this.#connect();
    } else if (silence > STALE_AFTER_HEARTBEATS * this.#heartbeatMs) {
      this.#become("stale");
    }
  }

  /** No answer to the attempt itself. */
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
