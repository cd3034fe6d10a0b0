/**
 * A websocket and a time that a test moves by hand.
 */

import { mock } from "node:test";
import { Backoff } from "../../static/js/net/backoff.js";
import { Socket } from "../../static/js/net/socket.js";

export class FakeSocket extends EventTarget {
  readyState = 0;
  closed = false;
  /** Frames that the page sent. @type {any[]} */
  sent = [];

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 3;
  }

  /** The server greets. @param {string} [user] */
  hello(user = "alice") {
    this.readyState = 1;
    this.receive({ type: "hello", protocol: 1, user, server_time: 0, heartbeat_seconds: 5, limits: {} });
  }

  /** @param {object} frame */
  receive(frame) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  /** @param {number} [code] */
  lose(code = 1006) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  /** What was sent of this type. @param {string} type */
  of(type) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

/** Hands out sockets, newest last. */
export class Network {
  /** @type {FakeSocket[]} */
  sockets = [];

  open = () => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return /** @type {WebSocket} */ (/** @type {unknown} */ (socket));
  };

  /** @returns {FakeSocket} */
  get last() {
    return /** @type {FakeSocket} */ (this.sockets.at(-1));
  }
}

/** Time that passes only by `pass()`: timers, `performance.now()` and `Date.now()` alike, until `end()`. */
export class Time {
  #now = 0;
  #slept = 0;

  constructor() {
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    mock.method(performance, "now", () => this.#now);
    mock.method(Date, "now", () => performance.timeOrigin + this.#now + this.#slept);
  }

  /** @param {number} milliseconds */
  pass(milliseconds) {
    for (let passed = 0; passed < milliseconds; passed += 50) {
      this.#now += 50;
      mock.timers.tick(50);
    }
  }

  /** The machine sleeps: no timer rings, the steady clock stands still, a watch on the wall goes on. @param {number} milliseconds */
  sleep(milliseconds) {
    this.#slept += milliseconds;
  }

  end() {
    mock.timers.reset();
    mock.restoreAll();
  }
}

/** A started socket that always waits the longest its backoff allows. @param {Network} network */
export function startedOn(network) {
  const socket = new Socket("ws://test/ws/", network.open, new Backoff(() => 1));
  socket.start();
  return socket;
}
