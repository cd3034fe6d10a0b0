/**
 * Detects a change of day or of time zone, after which displayed times must be rewritten. If the machine has slept over
 * midnight, the change is detected when it wakes.
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

/** @param {() => void} changed called after each change, as soon as the page is awake */
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

/** Rewrites every time that has a `data-at` attribute. @param {ParentNode} [root] */
export function rewriteTimes(root = document) {
  for (const time of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-at]"))) {
    setText(time, localTime(time.dataset.at ?? ""));
  }
}
