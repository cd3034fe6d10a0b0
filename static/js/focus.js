/**
 * Keeps the focus while what has it is switched off: it waits nearby, and comes back with it.
 */

/** Where the focus of a button that is switched off waits. @type {WeakMap<HTMLButtonElement, HTMLElement>} */
const waiting = new WeakMap();

/** @param {HTMLButtonElement} button @param {boolean} disabled @param {() => HTMLElement} nearby where its focus waits meanwhile */
export function setDisabled(button, disabled, nearby) {
  if (button.disabled === disabled) return;
  const held = document.activeElement === button;
  button.disabled = disabled;
  if (held) {
    waiting.set(button, nearby());
    waiting.get(button)?.focus({ preventScroll: true });
  } else if (!disabled) {
    if (waiting.has(button) && waiting.get(button) === document.activeElement) button.focus({ preventScroll: true });
    waiting.delete(button);
  }
}
