/**
 * The cone in words and figures.
 *
 * @import {Answer} from "./feed.js"
 * @import {Cone, KnownBand, UnknownBand} from "./shape.js"
 *
 * @typedef {{time: string, bounds: string[]|null, reason: string}} Row `bounds` from the narrowest to the widest level
 */

import { priceText } from "../../text/format.js";
import { LEVELS, levelOf } from "./shape.js";

/** "15 min", "4 h". @param {number} minutes */
export function spanText(minutes) {
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** @param {KnownBand|UnknownBand} band @param {number} decimals @returns {Row} */
function rowOf(band, decimals) {
  const time = spanText(band.minutes);
  const levels = LEVELS.toReversed().map((level) => levelOf(band, level));
  const bounds = levels.flatMap((each) =>
    each ? [`${priceText(each.low, decimals)} – ${priceText(each.high, decimals)}`] : [],
  );
  if (bounds.length === levels.length) return { time, bounds, reason: "" };
  return { time, bounds: null, reason: "unavailable" in band ? band.unavailable : "Not known." };
}

/** @param {Cone} cone @param {number} decimals of the instrument's prices */
export function coneRows(cone, decimals) {
  return cone.bands.map((band) => rowOf(band, decimals));
}

/** Why there is nothing to draw; empty if there is, or if it is not yet known. @param {Answer|null} answer */
export function whyNone(answer) {
  if (answer === null) return "";
  if ("unavailable" in answer) return answer.unavailable;
  const [first] = answer.bands;
  const isKnown = answer.bands.some((band) => LEVELS.every((level) => levelOf(band, level)));
  return isKnown || first === undefined || !("unavailable" in first) ? "" : first.unavailable;
}
