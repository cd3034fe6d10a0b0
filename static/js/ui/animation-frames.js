/**
 * Drawing, once an animation frame however much comes in; half as often where frame after frame takes too long.
 */

/** A frame that takes longer has cost the next one its turn. */
const SLOW_MS = 34;
/** So many slow ones without a break, and drawing rests as long as it takes: what comes in must be taken in as well. */
const MANY = 3;
const LONGEST_REST_MS = 100;

/** @type {Set<() => void>} */
const waiting = new Set();
let slow = 0;
let restUntil = 0;

/** @param {number} begun when the last drawing began */
function judge(begun) {
  const took = performance.now() - begun;
  slow = took > SLOW_MS && waiting.size > 0 ? slow + 1 : 0;
  if (slow >= MANY) restUntil = performance.now() + Math.min(took, LONGEST_REST_MS);
}

function draw() {
  const begun = performance.now();
  if (begun < restUntil) {
    requestAnimationFrame(draw);
    return;
  }
  const due = [...waiting];
  waiting.clear();
  for (const each of due) each();
  requestAnimationFrame(() => judge(begun));
}

/** Calls `each` in the next frame that is drawn, once however often it is asked for until then. @param {() => void} each */
export function nextFrame(each) {
  if (waiting.size === 0) requestAnimationFrame(draw);
  waiting.add(each);
}

/** Calls `drawn` when what waits to be drawn is in the document, `painted` when that frame is on the screen. @param {() => void} drawn @param {() => void} painted */
export function afterFrame(drawn, painted) {
  nextFrame(() => {
    drawn();
    requestAnimationFrame(painted);
  });
}
