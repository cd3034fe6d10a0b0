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

/** Calls `drawn` when what waits for the next frame is in the document, `painted` when that frame is on the screen. @param {() => void} drawn @param {() => void} painted */
export function afterFrame(drawn, painted) {
  requestAnimationFrame(() => {
    drawn();
    requestAnimationFrame(painted);
  });
}
