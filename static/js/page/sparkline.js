/**
 * A sparkline of the newest durations: higher is slower.
 */

const WIDTH = 60;
const HEIGHT = 16;

/** The `d` of a path through these values in a box of 60 × 16. @param {number[]} values */
export function sparkline(values) {
  if (values.length < 2) return "";
  const top = Math.max(...values, Number.EPSILON);
  const step = WIDTH / (values.length - 1);
  return values
    .map((value, i) => {
      const y = HEIGHT - 1 - (value / top) * (HEIGHT - 2);
      return `${i === 0 ? "M" : "L"}${(i * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
