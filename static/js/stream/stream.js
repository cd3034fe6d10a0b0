/**
 * The order stream of this page's user: subscribes, resumes after the last event applied, answers heartbeats, and
 * reports the stream's true state.
 *
 * Fires `state` when `state` or `away` may have changed, `events` (detail `Batch`), `reset` (detail: the head to
 * continue from), `caughtup` (detail: how many events a break had held back), `proof` when seq, head, gaps or
 * duplicates have changed, and `stranger` when another user has signed in in this browser.
 *
 * @import {Socket} from "../net/socket.js"
 * @import {OrderEvent} from "../orders/order.js"
 * @import {Facts, StreamState} from "./connection-state.js"
 *
 * @typedef {object} Batch the fresh events of one frame
 * @property {OrderEvent[]} events
 * @property {OrderEvent[]} live those that happened after the subscription
 * @property {boolean} backlog whether they belong to a backlog too long to watch event by event
 * @property {number} sent by the server's clock
 * @property {number} received by the local clock
 */

import { ServerClock } from "../net/clock.js";
import { Pings } from "../net/pings.js";
import { away, connectionState } from "./connection-state.js";
import { Feed } from "./feed.js";

/** Max missed events that are shown one by one. */
const FEW = 20;
/** A heartbeat may overtake events on their way; after this time they are late. */
const LATE_MS = 1000;

export class OrderStream extends EventTarget {
  feed = new Feed();
  clock = new ServerClock();
  realtime;
  #user;
  #socket;
  #pings;
  #subscription = 0;
  #answered = false;
  /** The head when the subscription began: what is newer is live. */
  #target = 0;
  #backlog = 0;
  #wasLive = false;
  /** Runs while reported events have not arrived. @type {ReturnType<typeof setTimeout>|undefined} */
  #behind;
  #late = false;
  /** Events applied since a break; null if there was none. @type {number|null} */
  #missed = null;
  /** Whether it subscribes without a position. */
  #isAtHead = false;

  /** @param {string} user @param {Socket} socket @param {boolean} realtime */
  constructor(user, socket, realtime) {
    super();
    this.#user = user;
    this.#socket = socket;
    this.realtime = realtime;
    this.#pings = new Pings(this.clock, (frame) => socket.send(frame));
    socket.addEventListener("state", () => this.#socketChanged());
    socket.addEventListener("frame", (event) => {
      const { frame, at } = /** @type {CustomEvent} */ (event).detail;
      this.#take(frame, at);
    });
  }

  /** @returns {StreamState} */
  get state() {
    return connectionState(this.#facts);
  }

  /** Why requests can't be sent to the server; null if they can. */
  get away() {
    return away(this.#facts);
  }

  /** @returns {Facts} */
  get #facts() {
    return {
      realtime: this.realtime,
      socket: this.#socket.state,
      complete: this.#answered && !this.#late && (this.feed.last ?? 0) >= this.#target,
      wasLive: this.#wasLive,
      broken: this.#missed !== null,
    };
  }

  /** Starts after the newest event that the table shows. @param {number} seq */
  startAfter(seq) {
    if (this.feed.last !== null) return;
    this.feed.startAfter(seq);
    this.#subscribe();
    this.#tell("proof");
  }

  /** Starts with what happens from now on, if the table could not be read. */
  startAtHead() {
    if (this.feed.last !== null || this.#isAtHead) return;
    this.#isAtHead = true;
    this.#subscribe();
  }

  /** @param {boolean} on */
  setRealtime(on) {
    if (on === this.realtime) return;
    this.realtime = on;
    if (on) {
      this.#subscribe();
    } else {
      this.#break();
      this.feed.stop();
      this.#socket.send({ type: "unsubscribe", stream: "orders" });
    }
    this.#tell("state");
  }

  #socketChanged() {
    switch (this.#socket.state) {
      case "open":
        this.#pings.start();
        break;
      case "stale":
        this.#missed ??= 0;
        break;
      case "down":
      case "signed-out":
        this.#pings.stop();
        this.feed.stop();
        this.#break();
        break;
    }
    this.#tell("state");
  }

  /** Notes a break: events are missed until the stream has caught up again. */
  #break() {
    this.#answered = false;
    this.#missed ??= 0;
  }

  #subscribe() {
    this.feed.stop();
    this.#answered = false;
    const { last } = this.feed;
    if (!this.realtime || (last === null && !this.#isAtHead)) return;
    this.#subscription += 1;
    const position = last === null ? {} : { after: last };
    this.#socket.send({ type: "subscribe", stream: "orders", ...position, id: this.#subscription });
  }

  /** @param {any} frame @param {number} at */
  #take(frame, at) {
    switch (frame.type) {
      case "hello":
        if (frame.user === this.#user) this.#subscribe();
        else this.#tell("stranger");
        break;
      case "subscribed":
        if (frame.id === this.#subscription) this.#subscribed(frame.head);
        break;
      case "events":
        this.#takeEvents(frame, at);
        break;
      case "heartbeat":
        this.#takeHeartbeat(frame.heads[this.#user]);
        break;
      case "pong":
        this.#pings.answered(frame, at);
        this.#tell("proof");
        break;
      case "reset":
        this.feed.reset(frame.head);
        this.#target = frame.head;
        this.dispatchEvent(new CustomEvent("reset", { detail: frame.head }));
        this.#settle();
        break;
    }
  }

  /** @param {number} head */
  #subscribed(head) {
    this.feed.subscribed(head);
    this.#answered = true;
    this.#target = head;
    this.#backlog = head - (this.feed.last ?? head);
    this.#settle();
  }

  /** @param {{sent: number, events: OrderEvent[]}} frame @param {number} received */
  #takeEvents({ sent, events }, received) {
    const { fresh, ask } = this.feed.take(events);
    if (fresh.length > 0) {
      if (this.#missed !== null) this.#missed += fresh.length;
      const live = fresh.filter(({ seq }) => seq > this.#target);
      /** @type {Batch} */
      const detail = { events: fresh, live, backlog: live.length === 0 && this.#backlog > FEW, sent, received };
      this.dispatchEvent(new CustomEvent("events", { detail }));
    }
    if (ask) this.#subscribe();
    else this.#answer();
    this.#settle();
  }

  /** @param {number|undefined} head */
  #takeHeartbeat(head) {
    if (head === undefined) return;
    if (this.feed.heartbeat(head)) this.#subscribe();
    else this.#answer();
    this.#settle();
  }

  #answer() {
    if (this.#answered) this.#socket.send({ type: "received", user: this.#user, seq: this.feed.last });
  }

  /** Starts or stops the timer after which missing events are late. */
  #watch() {
    if (this.feed.caughtUp) {
      clearTimeout(this.#behind);
      this.#behind = undefined;
      this.#late = false;
    } else {
      this.#behind ??= setTimeout(() => {
        this.#late = true;
        this.#tell("state");
      }, LATE_MS);
    }
  }

  #settle() {
    this.#watch();
    if (this.state === "live") {
      if (this.#missed && this.#wasLive) this.dispatchEvent(new CustomEvent("caughtup", { detail: this.#missed }));
      this.#missed = null;
      this.#wasLive = true;
    }
    this.#tell("state");
    this.#tell("proof");
  }

  /** @param {string} type */
  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
