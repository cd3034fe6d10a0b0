/**
 * Keeps the focus while what has it is switched off: it waits nearby, and comes back with it.
 */

/** Where the focus of a button that is switched off waits, and what stands there, if it is a field. @type {WeakMap<HTMLButtonElement, {place: HTMLElement, text: string|undefined}>} */
const waiting = new WeakMap();

/** @param {HTMLElement} place @returns {string|undefined} undefined where nothing can be typed */
function textOf(place) {
  return /** @type {HTMLInputElement} */ (place).value;
}

/** @param {HTMLButtonElement} button @param {boolean} disabled @param {() => HTMLElement} nearby where its focus waits meanwhile */
export function setDisabled(button, disabled, nearby) {
  if (button.disabled === disabled) return;
  const held = document.activeElement === button;
  button.disabled = disabled;
  if (held) {
    const place = nearby();
    waiting.set(button, { place, text: textOf(place) });
    place.focus({ preventScroll: true });
  } else if (!disabled) {
    const { place, text } = waiting.get(button) ?? {};
    waiting.delete(button);
    // Who has begun to type there goes on typing.
    if (place && place === document.activeElement && textOf(place) === text) button.focus({ preventScroll: true });
  }
}
