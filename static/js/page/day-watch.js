/**
 * Notices that another day has begun here, or that other clocks are in force: then times are written anew. A machine that has slept over midnight is found out as it wakes.
 */

import { localTime, readZone } from "../text/format.js";
import { setText } from "../ui/dom.js";

const LOOK_MS = 1000;

function dayHere() {
  const now = new Date();
  // Zones that agree now may differ at other times of the year.
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return `${now.toDateString()} ${timeZone} ${now.getTimezoneOffset()}`;
}

/** @param {() => void} changed called after each change, as soon as this page is awake */
export function watchDay(changed) {
  let day = dayHere();
  const look = () => {
    const now = dayHere();
    if (now === day) return;
    day = now;
    readZone();
    changed();
  };
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
}

/** Writes every time anew that is marked with its moment, as `data-at`. @param {ParentNode} [root] */
export function rewriteTimes(root = document) {
  for (const time of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-at]"))) {
    setText(time, localTime(time.dataset.at ?? ""));
  }
}
