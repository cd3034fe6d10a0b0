/**
 * An editable combobox with a listbox popup (WAI-ARIA). Typed text stays until the user picks from the list; Esc and
 * leaving the field pick nothing. With `takesBest`, Enter and Tab pick the first result for text that is not a value
 * itself; without it they pick nothing by themselves.
 *
 * @import {Result} from "./listbox-popup.js"
 *
 * @typedef {EventTarget & {find: (term: string, limit: number) => Result[], ready: boolean}} Results the best first
 */

import { plural } from "../text/format.js";
import { cleaned } from "../text/user-input.js";
import { make, setText } from "../ui/dom.js";
import { composes } from "../ui/keys.js";
import { ListboxPopup } from "./listbox-popup.js";

/** Max results shown; typing another letter narrows them. */
const MOST = 20;
/** Debounce of the announcement of how many were found. */
const SAY_AFTER_MS = 400;

export class Combobox {
  #input;
  #source;
  #onPick;
  #noun;
  #takesBest;
  #popup;
  #status = make("p", "visually-hidden");
  /** @type {Result[]} */
  #results = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #saying;
  /** @type {Record<string, (event: KeyboardEvent) => boolean>} whether the list has handled the key */
  #keys = {
    ArrowDown: ({ altKey }) => (altKey ? this.#open() : this.#step(1)),
    ArrowUp: ({ altKey }) => (altKey ? this.#dismiss() : this.#step(-1)),
    PageDown: () => this.#leap(1),
    PageUp: () => this.#leap(-1),
    Home: () => this.#popup.active !== -1 && this.#activate(0),
    End: () => this.#popup.active !== -1 && this.#activate(this.#results.length - 1),
    ArrowLeft: () => this.#release(),
    ArrowRight: () => this.#release(),
    Enter: () => this.#confirm(true),
    Escape: () => this.#dismiss(),
    Tab: () => this.#confirm(false) && false,
  };

  /**
   * @param {HTMLInputElement} input
   * @param {object} how
   * @param {Results} how.results fires `change` when the results may differ
   * @param {(result: Result) => void} how.onPick called when the field holds its value already
   * @param {string} how.noun what the results are called, such as "symbol"
   * @param {boolean} [how.takesBest] whether Enter and Tab pick the best result
   */
  constructor(input, { results, onPick, noun, takesBest = false }) {
    this.#input = input;
    this.#source = results;
    this.#onPick = onPick;
    this.#noun = noun;
    this.#takesBest = takesBest;
    this.#popup = new ListboxPopup(input, `${noun[0].toUpperCase()}${noun.slice(1)}s`, (place) => this.#pick(place));
    this.#status.setAttribute("role", "status");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.autocomplete = "off";
    // Not next to the field: inside its label it would be part of the field's name.
    (input.closest("dialog, aside, main, header") ?? document.body).append(this.#popup.element, this.#status);
    results.addEventListener("change", () => this.#popup.open && this.#refresh());
    input.addEventListener("input", () => this.#refresh());
    input.addEventListener("click", () => this.#open());
    input.addEventListener("blur", () => this.#dismiss());
    input.addEventListener("keydown", (event) => {
      if (composes(event) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (!this.#keys[event.key]?.(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** Shows the results for the typed text. */
  #refresh() {
    const found = this.#source.find(this.#input.value, MOST + 1);
    this.#results = found.slice(0, MOST);
    const none = this.#source.ready ? `No ${this.#noun} found` : `The ${this.#noun}s are being loaded …`;
    this.#popup.show(this.#results, none);
    const number = plural(this.#results.length, this.#noun);
    const some = found.length > MOST ? `More than ${number} found` : `${number} found`;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => setText(this.#status, found.length > 0 ? some : none), SAY_AFTER_MS);
  }

  #open() {
    if (!this.#popup.open) this.#refresh();
    return true;
  }

  /** Closes the list. Returns whether it was open. */
  #dismiss() {
    const { open } = this.#popup;
    this.#popup.hide();
    clearTimeout(this.#saying);
    setText(this.#status, "");
    return open;
  }

  /** Moves by one option and wraps around at either end. @param {number} by */
  #step(by) {
    this.#open();
    const { length } = this.#results;
    const { active } = this.#popup;
    if (active === -1) return this.#activate(by > 0 ? 0 : length - 1);
    return this.#activate((active + by + length) % length);
  }

  /** Moves by a page of visible options, and stops at either end. @param {number} direction */
  #leap(direction) {
    if (!this.#popup.open || this.#results.length === 0) return false;
    const place = this.#popup.active + Math.max(1, this.#popup.inSight - 1) * direction;
    return this.#activate(Math.min(Math.max(place, 0), this.#results.length - 1));
  }

  /** @param {number} place */
  #activate(place) {
    this.#popup.activate(place);
    return true;
  }

  #release() {
    this.#popup.release();
    return false;
  }

  /**
   * Picks the active option, else the best result if `takesBest`. Without it, Tab picks nothing.
   *
   * @param {boolean} isEnter @returns {boolean} whether something was picked
   */
  #confirm(isEnter) {
    const { active } = this.#popup;
    const place = active === -1 ? this.#best : active;
    if (place !== -1 && (isEnter || this.#takesBest)) return this.#pick(place);
    this.#dismiss();
    return false;
  }

  /** Index of the best result; -1 if the list is closed, the text is empty or already a whole value. */
  get #best() {
    const typed = cleaned(this.#input.value);
    if (!this.#takesBest || !this.#popup.open || typed === "") return -1;
    if (this.#results.some(({ value }) => value === typed.toUpperCase())) return -1;
    return this.#results.findIndex(({ disabled }) => !disabled);
  }

  /** @param {number} place */
  #pick(place) {
    const result = this.#results[place];
    if (result.disabled) return true;
    this.#dismiss();
    this.#input.value = result.value;
    this.#onPick(result);
    return true;
  }
}
