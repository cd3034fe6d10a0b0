/**
 * The cone: the bounds between which the price will be in the minutes after the last complete bar, and its shape in bars.
 *
 * @typedef {{level: number, low: string, high: string}} Level prices are decimal text
 * @typedef {{minutes: number, levels: Level[]}} KnownBand
 * @typedef {{minutes: number, unavailable: string}} UnknownBand
 *
 * @typedef {object} Cone
 * @property {number} from when the bar ended from whose close it starts, in unix seconds
 * @property {string} close
 * @property {(KnownBand|UnknownBand)[]} bands
 *
 * @typedef {{low: number, high: number}} Bounds
 * @typedef {{minValue: number, maxValue: number}} Range of prices
 * @typedef {{time: number, bounds: Bounds[]}} Slice the bounds of one bar, by when it begins; one for each of `LEVELS`
 * @typedef {{place: number, bounds: Bounds[]}} Placed `place` counts bars from the oldest
 */

/** The widest first. */
export const LEVELS = [0.95, 0.8];
const MINUTE = 60;

/** The bounds of a band at this level, if it has any. @param {KnownBand|UnknownBand} band @param {number} level */
export function levelOf(band, level) {
  return "levels" in band ? band.levels.find((each) => each.level === level) : undefined;
}

/**
 * How far a bound is from the close, by minutes: it grows like the square root of time between two bands.
 *
 * @param {{minutes: number, by: number}[]} knots ordered by time, the first at 0 @param {number} minutes
 */
export function between(knots, minutes) {
  const next = knots.findIndex((knot) => knot.minutes >= minutes);
  const [before, after] = [knots[Math.max(0, next - 1)], knots[next]];
  if (before === undefined || after === undefined) return NaN;
  const span = Math.sqrt(after.minutes) - Math.sqrt(before.minutes);
  const share = span === 0 ? 1 : (Math.sqrt(minutes) - Math.sqrt(before.minutes)) / span;
  return before.by + share * (after.by - before.by);
}

/**
 * The bounds minute by minute, from the close to the longest time with bounds; empty if there are none.
 *
 * @param {Cone} cone @returns {Slice[]}
 */
export function slicesOf(cone) {
  const { from, close, bands } = cone;
  const known = bands.filter((band) => LEVELS.every((level) => levelOf(band, level) !== undefined));
  known.sort((a, b) => a.minutes - b.minutes);
  const start = Number(close);
  const knots = LEVELS.map((level) => {
    /** @param {"low"|"high"} side */
    const of = (side) => [
      { minutes: 0, by: 0 },
      ...known.map((band) => ({ minutes: band.minutes, by: Number(levelOf(band, level)?.[side]) - start })),
    ];
    return { low: of("low"), high: of("high") };
  });
  const last = known.at(-1)?.minutes;
  if (last === undefined) return [];
  return Array.from({ length: last + 1 }, (_, minutes) => ({
    // The bar that ends then.
    time: from + (minutes - 1) * MINUTE,
    bounds: knots.map(({ low, high }) => ({
      low: start + between(low, minutes),
      high: start + between(high, minutes),
    })),
  }));
}

/** The number of bars that begin at this time or before. @param {{time: number}[]} bars oldest first @param {number} time */
function upTo(bars, time) {
  return bars.findLastIndex((bar) => bar.time <= time) + 1;
}

/**
 * Slices by the places of their bars: a minute without a bar has no place, and after the newest bar each minute has one.
 *
 * @param {Slice[]} slices @param {{time: number}[]} bars oldest first @returns {Placed[]}
 */
export function placed(slices, bars) {
  const last = bars.at(-1);
  if (last === undefined) return [];
  return slices.flatMap(({ time, bounds }, i) => {
    if (time > last.time) return [{ place: bars.length - 1 + (time - last.time) / MINUTE, bounds }];
    const place = upTo(bars, time) - 1;
    const has = place >= 0 && (i === 0 || bars[place]?.time === time);
    return has ? [{ place, bounds }] : [];
  });
}

/**
 * The lowest and highest bound in sight of each of `LEVELS`; null if none is in sight.
 *
 * @param {Placed[]} cone @param {{from: number, to: number}} range of places @returns {Range[]|null}
 */
export function spread(cone, range) {
  const seen = cone.filter(({ place }) => place >= range.from && place <= range.to);
  if (seen.length === 0) return null;
  return [...LEVELS.keys()].map((level) => ({
    minValue: Math.min(...seen.map(({ bounds }) => bounds[level]?.low ?? Infinity)),
    maxValue: Math.max(...seen.map(({ bounds }) => bounds[level]?.high ?? -Infinity)),
  }));
}

/**
 * A range of prices, widened for the cone: for all of its inner band, and for its outer one by the height of the bars at
 * most in each direction, so that it does not flatten them.
 *
 * @param {Range} range of the bars @param {Range[]|null} cone @returns {Range}
 */
export function reaching({ minValue, maxValue }, cone) {
  const [far, near] = cone ?? [];
  if (far === undefined || near === undefined) return { minValue, maxValue };
  const reach = maxValue - minValue;
  return {
    minValue: Math.min(minValue, near.minValue, Math.max(far.minValue, minValue - reach)),
    maxValue: Math.max(maxValue, near.maxValue, Math.min(far.maxValue, maxValue + reach)),
  };
}
