/**
 * Batches drawing into animation frames: at most once a frame, half as often while frames are slow.
 */

/** A frame that takes longer has delayed the next one. */
const SLOW_MS = 34;
/** After this many slow frames in a row, drawing pauses as long as one took, to leave time for incoming data. */
const MANY = 3;
const LONGEST_REST_MS = 100;

/** @type {Set<() => void>} */
const waiting = new Set();
let slow = 0;
let restUntil = 0;

/** @param {number} begun start of the last drawing */
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

/** Calls `each` in the next drawn frame, once, however often it was requested. @param {() => void} each */
export function nextFrame(each) {
  if (waiting.size === 0) requestAnimationFrame(draw);
  waiting.add(each);
}

/**
 * Calls `drawn` when everything pending has been written to the document, `painted` when that frame is on the screen.
 *
 * @param {() => void} drawn @param {() => void} painted
 */
export function afterFrame(drawn, painted) {
  nextFrame(() => {
    drawn();
    requestAnimationFrame(painted);
  });
}
