/**
 * The filters' form and a chip for each that is set. Fires `choose` (detail: `Filters`).
 *
 * @import {Filters} from "./query.js"
 * @import {Status} from "./order.js"
 */

import { find, make } from "./dom.js";
import { localTime, timestamp } from "./format.js";
import { STATUS_WORDS, TYPE_WORDS } from "./order.js";
import { Popover } from "./popover.js";
import { noFilters } from "./query.js";

/** @param {string} text a date field's local time @returns {string} */
function toTimestamp(text) {
  return text === "" ? "" : timestamp(new Date(text));
}

/** @param {string} stamp @returns {string} as a date field wants it */
function toLocalField(stamp) {
  if (stamp === "") return "";
  const at = new Date(stamp);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What a chip says. @type {Record<keyof Filters, (filters: Filters) => string>} */
const CHIPS = {
  symbol: ({ symbol }) => symbol.join(", "),
  side: ({ side }) => side.toUpperCase(),
  status: ({ status }) => status.map((each) => STATUS_WORDS[/** @type {Status} */ (each)]).join(", "),
  order_type: ({ order_type }) => TYPE_WORDS[/** @type {keyof typeof TYPE_WORDS} */ (order_type)] ?? "",
  created_after: ({ created_after }) => `from ${localTime(created_after)}`,
  created_before: ({ created_before }) => `before ${localTime(created_before)}`,
};

export class FilterForm extends EventTarget {
  #form;
  #chips;
  #popover;
  /** @type {Filters|null} */
  #shown = null;

  /** @param {HTMLFormElement} form @param {HTMLElement} button @param {HTMLElement} chips */
  constructor(form, button, chips) {
    super();
    this.#form = form;
    this.#chips = chips;
    this.#popover = new Popover(button, form);
    find("#filter-statuses", form).append(
      ...Object.entries(STATUS_WORDS).map(([value, word]) => checkbox(value, word)),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#popover.show(false);
      this.#tell(this.#read());
    });
    find("[data-action=clear]", form).addEventListener("click", () => {
      this.#popover.show(false);
      this.#tell(noFilters());
    });
  }

  /** Once for each set of filters: what is being chosen in the form is not overwritten meanwhile. @param {Filters} filters */
  show(filters) {
    if (filters === this.#shown) return;
    this.#shown = filters;
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll("[name]"))) {
      const value = filters[/** @type {keyof Filters} */ (input.name)];
      if (input.type === "checkbox") input.checked = value.includes(input.value);
      else if (input.type === "datetime-local") input.value = toLocalField(String(value));
      else input.value = Array.isArray(value) ? value.join(", ") : value;
    }
    const set = /** @type {(keyof Filters)[]} */ (Object.keys(CHIPS)).filter((name) => filters[name].length > 0);
    this.#chips.replaceChildren(...set.map((name) => this.#chip(name, filters)));
  }

  /** @param {keyof Filters} name @param {Filters} filters */
  #chip(name, filters) {
    const text = CHIPS[name](filters);
    const chip = make("button", "chip", text, make("span", "chip-x", "×"));
    chip.type = "button";
    chip.setAttribute("aria-label", `Remove the filter ${text}`);
    chip.addEventListener("click", () => this.#tell({ ...filters, [name]: noFilters()[name] }));
    return chip;
  }

  /** @returns {Filters} */
  #read() {
    const data = new FormData(this.#form);
    const text = (/** @type {string} */ name) => String(data.get(name) ?? "");
    return {
      symbol: text("symbol")
        .toUpperCase()
        .split(/[\s,;]+/)
        .filter((symbol) => symbol !== ""),
      side: text("side"),
      status: data.getAll("status").map(String),
      order_type: text("order_type"),
      created_after: toTimestamp(text("created_after")),
      created_before: toTimestamp(text("created_before")),
    };
  }

  /** @param {Filters} filters */
  #tell(filters) {
    this.dispatchEvent(new CustomEvent("choose", { detail: filters }));
  }
}

/** @param {string} value @param {string} word */
function checkbox(value, word) {
  const input = make("input", "");
  Object.assign(input, { type: "checkbox", name: "status", value });
  return make("label", "check", input, word);
}
