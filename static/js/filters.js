/**
 * The filters' form and a chip for each that is set. Fires `choose` (detail: `Filters`).
 *
 * @import {Filters} from "./query.js"
 * @import {Status} from "./order.js"
 */

import { EARLIEST, fieldText, LATEST, readMoment, SPANS } from "./date-fields.js";
import { clearFieldErrors, find, make, setText, showFieldErrors } from "./dom.js";
import { fullTime } from "./format.js";
import { STATUS_WORDS, TYPE_WORDS } from "./order.js";
import { Popover } from "./popover.js";
import { noFilters } from "./query.js";
import { cleaned } from "./typed.js";

/** What a chip says. @type {Record<keyof Filters, (filters: Filters) => string>} */
const CHIPS = {
  symbol: ({ symbol }) => symbol.join(", "),
  side: ({ side }) => side.toUpperCase(),
  status: ({ status }) => status.map((each) => STATUS_WORDS[/** @type {Status} */ (each)]).join(", "),
  order_type: ({ order_type }) => TYPE_WORDS[/** @type {keyof typeof TYPE_WORDS} */ (order_type)] ?? "",
  created_after: ({ created_after }) => `from ${fullTime(created_after)}`,
  created_before: ({ created_before }) => `before ${fullTime(created_before)}`,
};
const MOMENTS = /** @type {const} */ (["created_after", "created_before"]);

/** @param {string} text @returns {string[]} each symbol once */
function symbolsIn(text) {
  const symbols = text.toUpperCase().split(/[\s,;]+/);
  return [...new Set(symbols.map(cleaned))].filter((symbol) => symbol !== "");
}

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
    for (const name of MOMENTS) Object.assign(this.#field(name), { min: EARLIEST, max: LATEST });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    form.addEventListener("input", ({ target }) =>
      clearFieldErrors(form, [/** @type {HTMLInputElement} */ (target).name]),
    );
    find("[data-action=clear]", form).addEventListener("click", () => this.#choose(noFilters()));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-span]"))) {
      button.addEventListener("click", () => this.#chooseSpan(button.dataset.span ?? ""));
    }
  }

  /** Once for each set of filters: what is being chosen in the form is not overwritten meanwhile. @param {Filters} filters */
  show(filters) {
    if (filters === this.#shown) return;
    this.#shown = filters;
    this.#fill(filters);
    const set = /** @type {(keyof Filters)[]} */ (Object.keys(CHIPS)).filter((name) => filters[name].length > 0);
    this.#chips.replaceChildren(...set.map((name) => this.#chip(name, filters)));
  }

  /** What was chosen is not taken: it stands in the form again, with the reasons. @param {Filters} filters @param {Record<string, string[]>} problems by field */
  refuse(filters, problems) {
    this.#fill(filters);
    this.#popover.show(true);
    this.#tellProblems(problems);
  }

  /** @param {Filters} filters */
  #fill(filters) {
    this.#tellProblems({});
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll("[name]"))) {
      const value = filters[/** @type {keyof Filters} */ (input.name)];
      if (input.type === "checkbox") input.checked = value.includes(input.value);
      else if (input.type === "datetime-local") input.value = fieldText(String(value));
      else input.value = Array.isArray(value) ? value.join(", ") : value;
    }
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) {
    return find(`[name=${name}]`, this.#form);
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

  #submit() {
    const { filters, problems } = this.#read();
    this.#tellProblems(problems);
    if (Object.keys(problems).length === 0) this.#choose(filters);
  }

  /** Days are counted when they are asked for. @param {string} name */
  #chooseSpan(name) {
    const { filters } = this.#read();
    this.#choose({ ...filters, ...SPANS[name]?.(new Date()) });
  }

  /** @param {Filters} filters */
  #choose(filters) {
    this.#popover.show(false);
    this.#tell(filters);
  }

  /** @returns {{filters: Filters, problems: Record<string, string[]>}} */
  #read() {
    const data = new FormData(this.#form);
    const text = (/** @type {string} */ name) => String(data.get(name) ?? "");
    /** @type {Record<string, string[]>} */
    const problems = {};
    const [after = "", before = ""] = MOMENTS.map((name) => {
      const { stamp, problem } = readMoment(text(name), this.#field(name).validity.badInput);
      if (problem !== "") problems[name] = [problem];
      return stamp;
    });
    if (after !== "" && before !== "" && before <= after) problems.created_before = ["Must be later than the other."];
    const filters = {
      symbol: symbolsIn(text("symbol")),
      side: text("side"),
      status: data.getAll("status").map(String),
      order_type: text("order_type"),
      created_after: after,
      created_before: before,
    };
    return { filters, problems };
  }

  /** @param {Record<string, string[]>} problems by field */
  #tellProblems(problems) {
    const homeless = showFieldErrors(this.#form, problems);
    setText(find("[data-message]", this.#form), homeless.join(" "));
    /** @type {HTMLElement|null} */ (this.#form.querySelector("[aria-invalid]"))?.focus();
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
