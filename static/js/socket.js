/**
 * One websocket that comes back: tells of frames and of its own state, and never claims to be up when it is silent.
 *
 * Fires `state` on every change of `state` and `frame` (detail `{frame, at}`) for every JSON frame.
 *
 * @typedef {"idle"|"connecting"|"open"|"stale"|"down"|"signed-out"} SocketState
 */

import { Backoff } from "./backoff.js";
import { now } from "./clock.js";

const CHECK_MS = 500;
const STABLE_MS = 10_000;
const CONNECT_MS = 10_000;
const PROBE_MS = 2_000;
const REFUSED_MS = 500;
const STALE_AFTER_HEARTBEATS = 1.5;
const DEAD_AFTER_HEARTBEATS = 2;
const SIGNED_OUT = [4401, 4403];
const OPEN = 1;

export class Socket extends EventTarget {
  /** @type {SocketState} */
  state = "idle";
  #url;
  #open;
  #backoff;
  /** @type {WebSocket|null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #retry;
  #heartbeatMs = 5000;
  #since = 0;
  #heard = 0;
  #refusals = 0;
  /** Until when a sign of life is due that was asked for. @type {number|null} */
  #due = null;
  /** When the server said to come back. @type {number|null} */
  #comeBackMs = null;

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

  /** When the server was last heard, in unix milliseconds. */
  get heard() {
    return this.#heard || now();
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
    if (this.state === "down" || this.state === "signed-out") {
      clearTimeout(this.#retry);
      this.#connect();
    } else if (this.state === "open" && this.send({ type: "ping", client_time: now() })) {
      this.#due = now() + PROBE_MS;
    }
  }

  #connect() {
    const socket = this.#open(this.#url);
    this.#socket = socket;
    this.#since = now();
    this.#comeBackMs = null;
    this.#become(this.state === "stale" ? "stale" : "connecting");
    socket.addEventListener("message", ({ data }) => socket === this.#socket && this.#take(data));
    socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#lost(code));
  }

  /** @param {string} data */
  #take(data) {
    const at = now();
    this.#heard = at;
    this.#due = null;
    const frame = JSON.parse(data);
    if (frame.type === "hello") {
      this.#heartbeatMs = frame.heartbeat_seconds * 1000;
      this.#since = at;
      this.#refusals = 0;
    }
    if (frame.type === "going_away") this.#comeBackMs = frame.reconnect_after_ms;
    // Listeners learn of a new hello before of the state: what they were promised on the old socket has ended.
    this.dispatchEvent(new CustomEvent("frame", { detail: { frame, at } }));
    if (frame.type === "hello" || this.state === "stale") this.#become("open");
  }

  /** @param {number} code */
  #lost(code) {
    this.#socket = null;
    if (SIGNED_OUT.includes(code)) {
      this.#refusals += 1;
      if (this.#refusals > 1) {
        this.#become("signed-out");
        return;
      }
      this.#comeBackMs = REFUSED_MS;
    }
    this.#become("down");
    this.#retry = setTimeout(() => this.#connect(), this.#comeBackMs ?? this.#backoff.next());
  }

  #check() {
    const time = now();
    if (this.state === "connecting" || (this.state === "stale" && this.#heard < this.#since)) {
      if (time - this.#since > CONNECT_MS) this.#abandon();
      return;
    }
    if (this.state !== "open" && this.state !== "stale") return;
    if (time - this.#since > STABLE_MS) this.#backoff.reset();
    const silence = time - this.#heard;
    if (this.#due !== null && time > this.#due) this.#replace();
    else if (silence > DEAD_AFTER_HEARTBEATS * this.#heartbeatMs) this.#replace();
    else if (silence > STALE_AFTER_HEARTBEATS * this.#heartbeatMs) this.#become("stale");
  }

  /** A silent socket may take minutes to close: it is left alone and a new one takes its place at once. */
  #replace() {
    this.#due = null;
    this.#become("stale");
    this.#forget();
    this.#connect();
  }

  /** No answer to the attempt itself. */
  #abandon() {
    this.#forget();
    this.#lost(0);
  }

  #forget() {
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
