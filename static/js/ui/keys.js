/**
 * What a key means: one that belongs to an input method means nothing here, a letter is the same letter on every layout.
 */

/** @typedef {Pick<KeyboardEvent, "key"|"code"|"isComposing"|"keyCode">} Key */

/** What browsers report, besides or instead of `isComposing`, of a key that an input method has taken. */
const TAKEN = 229;

/** Whether an input method has the key: it confirms, changes or gives up what is being composed. @param {Pick<Key, "isComposing"|"keyCode">} event */
export function composes({ isComposing, keyCode }) {
  return isComposing || keyCode === TAKEN;
}

/**
 * The key by the name that shortcuts know it by: letters in lower case, and by their place where the layout has another
 * alphabet there ("т" of a Russian keyboard is "n").
 *
 * @param {Pick<Key, "key"|"code">} event
 */
export function keyName({ key, code }) {
  // Some write vowels and tones as marks, which are no letters by themselves.
  const isForeign = /^[\p{L}\p{M}]$/u.test(key) && !/^\p{Script=Latin}$/u.test(key);
  if (isForeign && /^Key[A-Z]$/.test(code)) return code.slice(-1).toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}
