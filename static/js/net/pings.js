/**
 * Keeps the estimate of the server's clock current: five quick pings when the socket opens, then one every 5 seconds.
 *
 * @import {ServerClock} from "./clock.js"
 */

import { now } from "./clock.js";

const QUICK = 5;
const QUICK_MS = 150;
const STEADY_MS = 5000;

export class Pings {
  #clock;
  #send;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #sent = 0;

  /** @param {ServerClock} clock @param {(frame: object) => boolean} send */
  constructor(clock, send) {
    this.#clock = clock;
    this.#send = send;
  }

  start() {
    this.stop();
    this.#sent = 0;
    this.#ping();
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /**
   * @param {{client_time: number, received_at: number, sent_at: number}} pong
   * @param {number} at when it arrived, by the local clock
   */
  answered(pong, at) {
    this.#clock.add(pong.client_time, pong.received_at, pong.sent_at, at);
  }

  #ping() {
    this.#send({ type: "ping", client_time: now() });
    this.#sent += 1;
    this.#timer = setTimeout(() => this.#ping(), this.#sent < QUICK ? QUICK_MS : STEADY_MS);
  }
}
