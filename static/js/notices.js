/**
 * Short messages in a corner: what is bad stays until dismissed, the rest goes by itself.
 */

import { make } from "./dom.js";
import { plural } from "./format.js";

const BRIEF_MS = 5000;
/** As many as fit over the stream monitor without hiding its buttons. */
const SHOWN = 2;

/** @param {string} text @param {string} label @param {() => void} act */
function button(text, label, act) {
  const element = make("button", "quiet-button", text);
  element.type = "button";
  element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

export class Notices {
  #root;
  /** What stays on the screen. @type {Set<HTMLElement>} */
  #standing = new Set();
  /** How many found no room. */
  #more = 0;
  #moreText = make("span", "notice-text");
  #moreLine = make("p", "notice is-bad", this.#moreText);

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#moreLine.append(button("Dismiss all", "Dismiss all notices", () => this.#dismissAll()));
  }

  /** Stays until dismissed. @param {string} text */
  alert(text) {
    if (this.#standing.size >= SHOWN) {
      this.#more += 1;
      this.#moreText.textContent = `and ${plural(this.#more, "more notice")}`;
      this.#root.append(this.#moreLine);
      return;
    }
    const notice = make("p", "notice is-bad", make("span", "notice-text", text));
    notice.setAttribute("role", "alert");
    notice.append(button("✕", `Dismiss: ${text}`, () => this.#dismiss(notice)));
    this.#standing.add(notice);
    this.#root.append(notice);
  }

  /** Goes by itself. @param {string} text */
  tell(text) {
    const notice = make("p", "notice", make("span", "notice-text", text));
    this.#root.append(notice);
    setTimeout(() => notice.remove(), BRIEF_MS);
  }

  /** Leaves nothing. */
  clear() {
    this.#dismissAll();
    this.#root.replaceChildren();
  }

  /** @param {HTMLElement} notice */
  #dismiss(notice) {
    notice.remove();
    this.#standing.delete(notice);
  }

  #dismissAll() {
    for (const notice of this.#standing) this.#dismiss(notice);
    this.#more = 0;
    this.#moreLine.remove();
  }
}
