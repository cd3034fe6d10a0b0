/**
 * One key each for what is done often. A key typed into a field, pressed on a control or taken by an input method is left
 * to it; a key that is held acts once.
 */

import { composes, keyName } from "../ui/keys.js";

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
const BUTTONS = "button, summary, [role=button]";
const CONTROLS = `${FIELDS}, ${BUTTONS}, input, a`;

export class Keyboard {
  /** Whether keys of a single sign act (WCAG 2.1.4 wants a way to switch them off). */
  single = true;
  #actions;
  #held;
  /** The key that has acted last. */
  #acted = "";

  /**
   * @param {Record<string, (target: Element) => void>} actions by the key's name; told where it was pressed
   * @param {string[]} held names of the keys that go on acting while they are held
   */
  constructor(actions, held) {
    this.#actions = actions;
    this.#held = new Set(held);
    document.addEventListener("keydown", (event) => {
      const { target } = event;
      if (target instanceof Element && !event.defaultPrevented && !composes(event)) this.#pressed(event, target);
    });
  }

  /** @param {KeyboardEvent} event @param {Element} target */
  #pressed(event, target) {
    const name = keyName(event);
    if (event.repeat && !this.#held.has(name)) {
      if (this.#isOnePress(name, event, target)) event.preventDefault();
      return;
    }
    this.#acted = "";
    if (!this.#mayAct(name, event, target)) return;
    event.preventDefault();
    this.#acted = event.code;
    this.#actions[name]?.(target);
  }

  /** Whether a held key must do no more: press a button again, send a form, be typed where it has led to. @param {string} name @param {KeyboardEvent} event @param {Element} target */
  #isOnePress(name, { code }, target) {
    if (name === "Enter") return target.closest("textarea") === null;
    return (name === " " && target.closest(BUTTONS) !== null) || (code !== "" && code === this.#acted);
  }

  /** @param {string} name @param {KeyboardEvent} event @param {Element} target */
  #mayAct(name, { altKey, ctrlKey, metaKey }, target) {
    if (!Object.hasOwn(this.#actions, name) || altKey || ctrlKey || metaKey) return false;
    if (document.querySelector("dialog[open]") || (name.length === 1 && !this.single)) return false;
    if (name !== "Escape" && target.closest(FIELDS)) return false;
    return !(name === "Enter" && target.closest(CONTROLS));
  }
}

/** Fields name the key that leads to them; where there is a finger instead of a keyboard, that is left out. */
export function hideKeyHints() {
  if (!matchMedia("(hover: none) and (pointer: coarse)").matches) return;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[placeholder]"))) {
    field.placeholder = field.placeholder.replace(/ {2}\S$/, "");
  }
}
