/**
 * Preserves the focus of a button that is disabled: it waits nearby, and returns when the button is enabled.
 */

/**
 * Where the focus of a disabled button waits, with the text there, if it is a field.
 *
 * @type {WeakMap<HTMLButtonElement, {place: HTMLElement, text: string|undefined}>}
 */
const waiting = new WeakMap();

/** @param {HTMLElement} place @returns {string|undefined} undefined if it is no field */
function textOf(place) {
  return /** @type {HTMLInputElement} */ (place).value;
}

/**
 * @param {HTMLButtonElement} button @param {boolean} disabled
 * @param {() => HTMLElement} nearby where its focus waits
 */
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
    // Not if the user has begun to type there.
    if (place && place === document.activeElement && textOf(place) === text) button.focus({ preventScroll: true });
  }
}
