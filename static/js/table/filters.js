/**
 * The filter form, and a chip for each active filter. A choice acts at once, typed text after a debounce; an invalid
 * value shows an error at its field and changes nothing. Fires `choose` (detail: `Filters`).
 *
 * @import {Status} from "../orders/order.js"
 * @import {Filters} from "./query.js"
 */

import { STATUS_WORDS, TYPE_WORDS } from "../orders/order.js";
import { EARLIEST, fieldText, LATEST, readMoment, SPANS } from "../text/date-fields.js";
import { fullTime } from "../text/format.js";
import { cleaned } from "../text/user-input.js";
import { clearFieldErrors, find, make, setText, showFieldErrors } from "../ui/dom.js";
import { Popover } from "../ui/popover.js";
import { noFilters } from "./query.js";

/** The text of a chip. @type {Record<keyof Filters, (filters: Filters) => string>} */
const CHIPS = {
  symbol: ({ symbol }) => symbol.join(", "),
  side: ({ side }) => side.toUpperCase(),
  status: ({ status }) => status.map((each) => STATUS_WORDS[/** @type {Status} */ (each)]).join(", "),
  order_type: ({ order_type }) => TYPE_WORDS[/** @type {keyof typeof TYPE_WORDS} */ (order_type)] ?? "",
  created_after: ({ created_after }) => `from ${fullTime(created_after)}`,
  created_before: ({ created_before }) => `before ${fullTime(created_before)}`,
};
const MOMENTS = /** @type {const} */ (["created_after", "created_before"]);
/** Debounce of typed input. A date changes with each digit of its year. */
const AFTER_MS = 600;

/** @param {string} text @returns {string[]} each symbol once */
function symbolsIn(text) {
  const symbols = text.toUpperCase().split(/[\s,;]+/);
  return [...new Set(symbols.map(cleaned))].filter((symbol) => symbol !== "");
}

export class FilterForm extends EventTarget {
  #form;
  #toggle;
  #chips;
  #popover;
  /** @type {Filters|null} */
  #shown = null;
  /** The debounce timer; set while typed input waits. @type {ReturnType<typeof setTimeout>|undefined} */
  #typing;

  /** @param {HTMLFormElement} form @param {HTMLElement} button @param {HTMLElement} chips */
  constructor(form, button, chips) {
    super();
    this.#form = form;
    this.#toggle = button;
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
    form.addEventListener("input", ({ target }) => this.#entered(/** @type {HTMLInputElement} */ (target)));
    form.addEventListener("focusout", () => {
      if (this.#typing !== undefined) this.#apply();
    });
    find("[data-action=clear]", form).addEventListener("click", () => this.#choose(noFilters()));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-span]"))) {
      button.addEventListener("click", () => this.#chooseSpan(button.dataset.span ?? ""));
    }
  }

  /** Shows new filters, once; does not overwrite a form in use. @param {Filters} filters */
  show(filters) {
    if (filters === this.#shown) return;
    this.#shown = filters;
    if (!this.#isInUse) this.#fill(filters);
    this.#showChips(filters);
  }

  /** Rewrites times after a change of time zone: old field values would be read in the new zone. */
  showDay() {
    const filters = this.#shown;
    if (filters === null || MOMENTS.every((name) => filters[name] === "")) return;
    for (const name of MOMENTS) this.#field(name).value = fieldText(filters[name]);
    this.#showChips(filters);
  }

  /**
   * Puts refused filters back into the form, with the errors. If the user has typed other filters since, does nothing:
   * those are checked on their own.
   *
   * @param {Filters} filters @param {Record<string, string[]>} problems by field
   */
  refuse(filters, problems) {
    const leads = !this.#isInUse;
    if (leads) {
      this.#fill(filters);
      this.#popover.show(true);
    } else if (JSON.stringify(this.#read().filters) !== JSON.stringify(filters)) return;
    this.#tellProblems(problems, leads);
  }

  /** Whether the form is open and has the focus. */
  get #isInUse() {
    return this.#popover.open && this.#form.contains(document.activeElement);
  }

  /** @param {Filters} filters */
  #fill(filters) {
    this.#tellProblems({}, false);
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

  /** @param {Filters} filters */
  #showChips(filters) {
    const set = /** @type {(keyof Filters)[]} */ (Object.keys(CHIPS)).filter((name) => filters[name].length > 0);
    const place = [...this.#chips.children].indexOf(/** @type {Element} */ (document.activeElement));
    const chips = set.map((name) => this.#chip(name, filters));
    this.#chips.replaceChildren(...chips);
    // The focus moves to the chip that takes the place of the focused one.
    if (place >= 0) (chips[Math.min(place, chips.length - 1)] ?? this.#toggle).focus();
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

  /** @param {HTMLInputElement} field */
  #entered(field) {
    clearFieldErrors(this.#form, [field.name]);
    this.#stopWaiting();
    if (field.type === "text" || field.type === "datetime-local") {
      this.#typing = setTimeout(() => this.#apply(), AFTER_MS);
    } else {
      this.#apply();
    }
  }

  /** Cancels the debounce timer. */
  #stopWaiting() {
    clearTimeout(this.#typing);
    this.#typing = undefined;
  }

  /** Applies the filters; the form stays open and keeps the focus. */
  #apply() {
    this.#stopWaiting();
    const { filters, problems } = this.#read();
    this.#tellProblems(problems, false);
    if (Object.keys(problems).length === 0) this.#tell(filters);
  }

  #submit() {
    const { filters, problems } = this.#read();
    this.#tellProblems(problems, true);
    if (Object.keys(problems).length === 0) this.#choose(filters);
  }

  /** Chooses a span of days, counted from now. @param {string} name */
  #chooseSpan(name) {
    const { filters } = this.#read();
    this.#choose({ ...filters, ...SPANS[name]?.(new Date()) });
  }

  /** @param {Filters} filters */
  #choose(filters) {
    this.#stopWaiting();
    this.#popover.show(false);
    this.#fill(filters);
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
    if (after !== "" && before !== "" && before <= after) problems.created_before = ["Must be after “Placed from”."];
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

  /**
   * @param {Record<string, string[]>} problems by field
   * @param {boolean} leads whether to focus the first invalid field
   */
  #tellProblems(problems, leads) {
    const homeless = showFieldErrors(this.#form, problems);
    setText(find("[data-message]", this.#form), homeless.join(" "));
    if (leads) /** @type {HTMLElement|null} */ (this.#form.querySelector("[aria-invalid]"))?.focus();
  }

  /** Reports filters that differ from those shown. @param {Filters} filters */
  #tell(filters) {
    if (JSON.stringify(filters) === JSON.stringify(this.#shown)) return;
    this.dispatchEvent(new CustomEvent("choose", { detail: filters }));
  }
}

/** @param {string} value @param {string} word */
function checkbox(value, word) {
  const input = make("input", "");
  Object.assign(input, { type: "checkbox", name: "status", value });
  return make("label", "check", input, word);
}
