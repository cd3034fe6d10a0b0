/**
 * Derives a stream's displayed state: never "live" while something is known to be missing, or during a silence.
 *
 * @import {SocketState} from "../net/socket.js"
 *
 * @typedef {"off"|"connecting"|"live"|"catching-up"|"stale"|"offline"} StreamState
 *
 * @typedef {object} Facts
 * @property {boolean} realtime whether the user has realtime turned on
 * @property {SocketState} socket
 * @property {boolean} complete whether every event that the server has reported is applied
 * @property {boolean} wasLive
 * @property {boolean} broken whether there was a connection that broke
 */

/** @param {Facts} facts @returns {StreamState} */
export function connectionState(facts) {
  return facts.realtime ? reach(facts) : "off";
}

/**
 * Why commands can't be sent now: "stale" or "offline"; null if they can, also while realtime is off.
 *
 * @param {Facts} facts @returns {"stale"|"offline"|null}
 */
export function away(facts) {
  const state = reach(facts);
  return state === "stale" || state === "offline" ? state : null;
}

/** @param {Facts} facts @returns {Exclude<StreamState, "off">} */
function reach({ socket, complete, wasLive, broken }) {
  switch (socket) {
    case "stale":
      return "stale";
    case "open":
      if (complete) return "live";
      return wasLive ? "catching-up" : "connecting";
    case "idle":
      return "connecting";
    case "connecting":
      return wasLive || broken ? "offline" : "connecting";
    default:
      return "offline";
  }
}
