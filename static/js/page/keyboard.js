/**
 * Single-key shortcuts. A key typed into a field, pressed on a control or used by an input method keeps its usual
 * effect; a held key acts once.
 */

import { composes, keyName } from "../ui/keys.js";

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
const BUTTONS = "button, summary, [role=button]";
const CONTROLS = `${FIELDS}, ${BUTTONS}, input, a`;

export class Keyboard {
  /** Whether single-character keys act (WCAG 2.1.4 requires a way to switch them off). */
  single = true;
  #actions;
  #held;
  /** The key that acted last. */
  #acted = "";

  /**
   * @param {Record<string, (target: Element) => void>} actions by the key's name; called with the event's target
   * @param {string[]} held names of the keys that repeat while held
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

  /**
   * Whether a held key must not repeat: it would press a button again, send a form, or be typed into the field it has
   * led to.
   *
   * @param {string} name @param {KeyboardEvent} event @param {Element} target
   */
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

/** Removes key hints from placeholders on touch devices, which have no keyboard. */
export function hideKeyHints() {
  if (!matchMedia("(hover: none) and (pointer: coarse)").matches) return;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[placeholder]"))) {
    field.placeholder = field.placeholder.replace(/ {2}\S$/, "");
  }
}
