/**
 * The list of all notices. Each keeps its own DOM node, so that focus and selection survive new notices.
 *
 * @typedef {{text: string, at: Date, isReject: boolean, isRead: boolean, isShown: boolean}} Entry `isShown`: whether
 *   the notice line has shown it
 */

import { localTime } from "../text/format.js";
import { find, make, setHidden, setText } from "../ui/dom.js";

/** A press this soon after a change was meant for what was there before. */
export const UNSEEN_MS = 400;

/** @param {string} label @param {(event: MouseEvent) => void} act */
export function dismissButton(label, act) {
  const element = make("button", "quiet-button", "✕");
  element.type = "button";
  element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

export class NoticeList {
  #lines;
  #all;
  #none;
  #dismiss;
  /** @type {Map<Entry, {line: HTMLElement, time: HTMLElement, button: HTMLElement|null}>} */
  #drawn = new Map();
  /** When lines last moved. */
  #grownAt = -Infinity;

  /** @param {HTMLElement} root @param {(entry: Entry) => void} dismiss */
  constructor(root, dismiss) {
    this.#lines = find("ol", root);
    this.#all = find("[data-action=dismiss-all]", root);
    this.#none = find("[data-notices=none]", root);
    this.#dismiss = dismiss;
  }

  /** Whether the user had time to see what they pressed. @param {Event} event */
  isMeant({ timeStamp }) {
    return timeStamp >= this.#grownAt + UNSEEN_MS;
  }

  /** @param {Entry[]} entries newest first */
  draw(entries) {
    const wanted = new Set(entries);
    const hadFocus = this.#lines.contains(document.activeElement);
    for (const [entry, { line }] of this.#drawn) {
      if (wanted.has(entry)) continue;
      line.remove();
      this.#drawn.delete(entry);
    }
    for (const entry of entries.toReversed()) this.#drawEntry(entry);
    if (hadFocus && !this.#lines.contains(document.activeElement)) this.#lines.focus();
    setHidden(
      this.#all,
      entries.every(({ isRead }) => isRead),
    );
    setHidden(this.#none, entries.length > 0);
  }

  /** @param {Entry} entry */
  #drawEntry(entry) {
    const drawn = this.#drawn.get(entry) ?? this.#newLine(entry);
    setText(drawn.time, localTime(entry.at));
    if (!entry.isRead || !drawn.button) return;
    drawn.line.className = "noted is-read";
    drawn.button.remove();
    drawn.button = null;
  }

  /** @param {Entry} entry */
  #newLine(entry) {
    const time = make("time", "muted", localTime(entry.at));
    const line = make("li", entry.isRead ? "noted is-read" : "noted", time, make("span", "", entry.text));
    const act = (/** @type {MouseEvent} */ event) => this.isMeant(event) && this.#dismiss(entry);
    const button = entry.isRead ? null : dismissButton(`Dismiss: ${entry.text}`, act);
    if (button) line.append(button);
    this.#lines.prepend(line);
    this.#grownAt = performance.now();
    const drawn = { line, time, button };
    this.#drawn.set(entry, drawn);
    return drawn;
  }
}
