/**
 * Keyboard events by meaning: keys used by an input method are ignored, letters are the same on every layout.
 */

/** @typedef {Pick<KeyboardEvent, "key"|"code"|"isComposing"|"keyCode">} Key */

/** The `keyCode` of a key used by an input method; browsers report it with or instead of `isComposing`. */
const TAKEN = 229;

/**
 * Whether an input method uses the key, to confirm, change or cancel a composition.
 *
 * @param {Pick<Key, "isComposing"|"keyCode">} event
 */
export function composes({ isComposing, keyCode }) {
  return isComposing || keyCode === TAKEN;
}

/**
 * The key's name for shortcuts: letters in lower case; if the layout has another alphabet, by their position ("т" on a
 * Russian keyboard is "n").
 *
 * @param {Pick<Key, "key"|"code">} event
 */
export function keyName({ key, code }) {
  // Some alphabets have vowels and tones that are combining marks, not letters.
  const isForeign = /^[\p{L}\p{M}]$/u.test(key) && !/^\p{Script=Latin}$/u.test(key);
  if (isForeign && /^Key[A-Z]$/.test(code)) return code.slice(-1).toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}
