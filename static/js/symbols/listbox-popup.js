/**
 * The popup list of a combobox: above everything, wholly on the screen, and never focused.
 *
 * @import {Range} from "./marks.js"
 *
 * @typedef {object} Result
 * @property {string} value what the field holds when this is picked
 * @property {string} text its main text
 * @property {Range[]} textMarks which letters of it match the search
 * @property {string} detail its secondary text
 * @property {Range[]} detailMarks
 * @property {string} note at the end of the line
 * @property {boolean} disabled shown, but can't be picked
 */

import { find, make, setHidden, setText } from "../ui/dom.js";
import { placement } from "./placement.js";

let made = 0;

/**
 * The text, its marked parts as elements.
 *
 * @param {string} text @param {Range[]} marks @returns {(string|HTMLElement)[]}
 */
function marked(text, marks) {
  /** @type {(string|HTMLElement)[]} */
  const nodes = [];
  let end = 0;
  for (const [from, to] of marks) {
    nodes.push(text.slice(end, from), make("mark", "", text.slice(from, to)));
    end = to;
  }
  return [...nodes, text.slice(end)];
}

export class ListboxPopup {
  /** Index of the active option; -1 if none is active and keys act on the field. */
  active = -1;
  #input;
  #popup = make("div", "combobox");
  #list = make("ul", "combobox-list");
  #none = make("p", "combobox-none muted");
  #away = new AbortController();

  /** @param {HTMLInputElement} input @param {string} label @param {(place: number) => void} onClick */
  constructor(input, label, onClick) {
    this.#input = input;
    made += 1;
    this.#list.id = `combobox-${made}`;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", label);
    this.#popup.hidden = true;
    // In the top layer, nothing clips or covers it.
    this.#popup.popover = "manual";
    this.#popup.append(this.#list, this.#none);
    input.setAttribute("aria-controls", this.#list.id);
    input.setAttribute("aria-expanded", "false");
    // The field keeps the focus, and on a phone the keyboard, while the list is used.
    this.#popup.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => {
      const option = target instanceof Element && target.closest("[role=option]");
      if (option) onClick([...this.#list.children].indexOf(option));
    });
  }

  get element() {
    return this.#popup;
  }

  get open() {
    return !this.#popup.hidden;
  }

  /** Options visible at once. */
  get inSight() {
    return Math.floor(this.#list.clientHeight / find("li", this.#list).offsetHeight);
  }

  /** @param {Result[]} results @param {string} none text to show if there are no results */
  show(results, none) {
    this.release();
    this.#list.replaceChildren(...results.map((result, place) => this.#option(result, place)));
    setText(this.#none, none);
    setHidden(this.#list, results.length === 0);
    setHidden(this.#none, results.length > 0);
    this.#input.setAttribute("aria-expanded", String(results.length > 0));
    if (!this.open) this.#appear();
    this.#place();
  }

  hide() {
    if (!this.open) return;
    this.#away.abort();
    this.release();
    this.#popup.hidePopover();
    this.#popup.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
  }

  /** @param {number} place */
  activate(place) {
    this.release();
    const option = this.#list.children[place];
    if (option === undefined) return;
    this.active = place;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", option.id);
  }

  /** Deactivates the option: keys act on the field again. */
  release() {
    this.#list.children[this.active]?.setAttribute("aria-selected", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.active = -1;
  }

  #appear() {
    this.#popup.hidden = false;
    this.#popup.showPopover();
    this.#away = new AbortController();
    const { signal } = this.#away;
    const place = () => this.#place();
    addEventListener("scroll", place, { signal, capture: true, passive: true });
    addEventListener("resize", place, { signal });
    for (const type of ["resize", "scroll"]) visualViewport?.addEventListener(type, place, { signal });
  }

  #place() {
    const popup = this.#popup;
    const { offsetLeft: left = 0, offsetTop: top = 0, width = innerWidth, height = innerHeight } = visualViewport ?? {};
    const wanted = popup.offsetHeight - this.#list.clientHeight + this.#list.scrollHeight;
    const box = placement(this.#input.getBoundingClientRect(), { left, top, width, height }, wanted);
    popup.style.left = `${box.left}px`;
    popup.style.top = `${box.top}px`;
    popup.style.width = `${box.width}px`;
    popup.style.maxHeight = `${box.height}px`;
  }

  /** @param {Result} result @param {number} place */
  #option({ text, textMarks, detail, detailMarks, note, disabled }, place) {
    const option = make("li", "combobox-option");
    option.append(make("b", "", ...marked(text, textMarks)), " ");
    option.append(make("span", "combobox-detail", ...marked(detail, detailMarks)), " ", make("small", "", note));
    option.id = `${this.#list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    if (disabled) option.setAttribute("aria-disabled", "true");
    return option;
  }
}
