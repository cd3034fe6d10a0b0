/**
 * Drawing, once an animation frame however much comes in.
 */

/** @type {Set<() => void>} */
const waiting = new Set();

function draw() {
  const due = [...waiting];
  waiting.clear();
  for (const each of due) each();
}

/** Calls `each` in the next frame, once however often it is asked for until then. @param {() => void} each */
export function nextFrame(each) {
  if (waiting.size === 0) requestAnimationFrame(draw);
  waiting.add(each);
}

/** Calls back when the next frame is on the screen. @param {() => void} then */
export function afterPaint(then) {
  requestAnimationFrame(() => requestAnimationFrame(then));
}
