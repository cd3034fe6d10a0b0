/**
 * The amend form under an order's row. After a version conflict, typed values stay and each field shows "yours" and
 * "now"; the user sends them on the new version or discards them.
 *
 * Fires `done` (detail: the order), `refused` (detail: `{order, error, step}`) and `close`. Typed values survive
 * closing, unless discarded; so do values typed while a change is being sent.
 *
 * @import {Api} from "../../net/api.js"
 * @import {Order} from "../../orders/order.js"
 * @import {Instruments} from "../../symbols/instruments.js"
 */

import { ApiError } from "../../net/api.js";
import { isolate } from "../../text/bidi.js";
import { amount, fieldNumber } from "../../text/format.js";
import { LOOK_AGAIN, OrderCheck } from "../../ticket/order-check.js";
import { AMOUNTS, isAmount, readField } from "../../ticket/terms.js";
import { clearFieldErrors, find, fromTemplate, setText, showFieldErrors } from "../../ui/dom.js";
import { setDisabled } from "../../ui/focus.js";
import { composes } from "../../ui/keys.js";

/** @typedef {"quantity"|"price"|"stop_price"|"text"} Amendable @type {Amendable[]} */
const FIELDS = ["quantity", "price", "stop_price", "text"];

/** @param {Order} order @param {Amendable} field */
function applies(order, field) {
  return field === "quantity" || field === "text" || order[field] !== null;
}

/** An order's value as a field holds it: a note without line breaks. @param {Order} order @param {Amendable} field */
function held(order, field) {
  const value = order[field] ?? "";
  return field === "text" ? value.replace(/[\r\n]/g, "") : fieldNumber(value);
}

/** An order's value for display. @param {Amendable} field @param {string|null} value */
function word(field, value) {
  if (!value) return "–";
  return field === "text" ? isolate(value) : amount(value);
}

/** A typed value for display; an amount that can't be read stays as it is. @param {Amendable} field @param {string} text */
function typedWord(field, text) {
  const value = isAmount(field) ? readField(field, text).value : text;
  return value === "" ? text || "–" : word(field, value);
}

export class AmendForm extends EventTarget {
  element = /** @type {HTMLFormElement} */ (fromTemplate("amend-template"));
  #api;
  #url;
  /** The order that the typed values start from. @type {Order} */
  #base;
  #check;
  #message = find("[data-message]", this.element);
  #away = "";
  /** Whether the typed values were sent or discarded. */
  #over = false;
  #submit = /** @type {HTMLButtonElement} */ (find("[type=submit]", this.element));

  /** @param {Api} api @param {string} url @param {Order} order @param {Instruments} instruments */
  constructor(api, url, order, instruments) {
    super();
    this.#check = new OrderCheck(this.element, instruments);
    this.#api = api;
    this.#url = url;
    this.#base = { ...order };
    for (const field of FIELDS) {
      this.#input(field).value = held(order, field);
      /** @type {HTMLElement} */ (this.#input(field).closest("label")).hidden = !applies(order, field);
    }
    this.element.addEventListener("input", ({ target }) =>
      this.#entered(/** @type {HTMLInputElement} */ (target).name),
    );
    this.element.addEventListener("change", ({ target }) => this.#left(/** @type {HTMLInputElement} */ (target)));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    find("[data-action=discard]", this.element).addEventListener("click", () => this.#discard());
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || composes(event)) return;
      event.stopPropagation();
      this.#close();
    });
  }

  focus() {
    this.#input("quantity").select();
  }

  /** Whether there is unsent input. */
  get isChanged() {
    const { changes, problems } = this.#typed;
    return !this.#over && Object.keys({ ...changes, ...problems }).length > 0;
  }

  /** @param {string} reason why nothing can be sent; empty if requests can be sent */
  set away(reason) {
    const before = this.#away;
    this.#away = reason && `${reason} What you typed stays here.`;
    this.#enable(reason === "");
    if (reason !== "" || this.#message.textContent === before) setText(this.#message, this.#away);
  }

  /** @param {Amendable} field @returns {HTMLInputElement} */
  #input(field) {
    return find(`[name=${field}]`, this.element);
  }

  /** @param {string} name of the field that receives input */
  #entered(name) {
    clearFieldErrors(this.element, [name]);
    if (this.#message.textContent === LOOK_AGAIN) setText(this.#message, "");
    this.#check.show(this.#resized);
  }

  /** Normalises a typed amount. @param {HTMLInputElement} field the field that was left */
  #left(field) {
    if (!isAmount(field.name)) return;
    const { value } = readField(field.name, field.value);
    if (value !== "") field.value = fieldNumber(value);
  }

  /** Typed values that differ from the original ones, and errors of invalid ones. */
  get #typed() {
    /** @type {Record<string, string>} */
    const changes = {};
    /** @type {Record<string, string[]>} */
    const problems = {};
    for (const field of FIELDS.filter((each) => applies(this.#base, each))) {
      // Blanks in a note are part of it.
      const text = this.#input(field).value;
      if (text === held(this.#base, field)) continue;
      const { value, problem } = isAmount(field) ? readField(field, text) : { value: text, problem: "" };
      if (problem !== "") problems[field] = [problem];
      else if (value !== this.#base[field]) changes[field] = value;
    }
    return { changes, problems };
  }

  /** The order as amended; null if no amount was changed. */
  get #resized() {
    const { changes } = this.#typed;
    const { side, symbol, quantity, price, stop_price } = { ...this.#base, ...changes };
    return AMOUNTS.some((name) => name in changes) ? { side, symbol, quantity, price, stop_price } : null;
  }

  /** @param {boolean} enabled */
  #enable(enabled) {
    setDisabled(this.#submit, !enabled, () => this.#input("quantity"));
  }

  #discard() {
    this.#over = true;
    this.#close();
  }

  /**
   * Continues from the amended order; keeps values typed since the sending.
   *
   * @param {Order} order as it is now @param {Record<string, string>} sent
   */
  #done(order, sent) {
    const { changes, problems } = this.#typed;
    const since = FIELDS.filter((field) => field in problems || changes[field] !== sent[field]);
    this.#over ||= since.length === 0;
    for (const field of FIELDS) if (!since.includes(field)) this.#input(field).value = held(order, field);
    for (const now of this.element.querySelectorAll("[data-now]")) /** @type {HTMLElement} */ (now).hidden = true;
    this.#base = order;
    this.#check.show(this.#resized);
    showFieldErrors(this.element, problems);
    this.element.classList.remove("has-conflict");
    setText(this.#submit, "Amend");
    setText(this.#message, "Amended. What you typed since has not been sent.");
    this.dispatchEvent(new CustomEvent("done", { detail: order }));
  }

  #close() {
    this.dispatchEvent(new Event("close"));
  }

  async #send() {
    const { changes: typed, problems } = this.#typed;
    showFieldErrors(this.element, problems);
    if (Object.keys(problems).length > 0) return;
    if (Object.keys(typed).length === 0) {
      this.#discard();
      return;
    }
    if (this.#check.warns(this.#resized)) {
      setText(this.#message, LOOK_AGAIN);
      return;
    }
    this.#enable(false);
    setText(this.#message, "Sending …");
    try {
      const order = await this.#api.patch(this.#url, { expected_version: this.#base.version, ...typed });
      this.#done(order, typed);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused(error, typed);
    } finally {
      this.#enable(this.#away === "");
    }
  }

  /** @param {ApiError} error @param {Record<string, string>} typed */
  #refused(error, typed) {
    const { current } = error;
    if (error.code === "version_conflict" && current !== null) {
      const arrived = Object.entries(typed).every(
        ([field, value]) => current[/** @type {Amendable} */ (field)] === value,
      );
      if (arrived) {
        this.#done(current, typed);
        return;
      }
    }
    const detail = { order: this.#base, error, step: "amended" };
    this.dispatchEvent(new CustomEvent("refused", { detail }));
    if (error.code === "version_conflict" && current !== null) {
      this.#conflict(current);
      return;
    }
    const homeless = showFieldErrors(this.element, error.fields);
    const known = Object.keys(error.fields).length > homeless.length;
    const hint = error.unanswered ? " Send again: it is carried out at most once." : "";
    setText(this.#message, known && homeless.length === 0 ? "" : [...homeless, error.message + hint].join(" "));
  }

  /** @param {Order} current */
  #conflict(current) {
    const { changes, problems } = this.#typed;
    for (const field of FIELDS) {
      const mine = this.#input(field).value;
      const touched = field in changes || field in problems;
      const now = find(`[data-now=${field}]`, this.element);
      now.hidden = !touched && current[field] === this.#base[field];
      const theirs = `now ${word(field, current[field])}`;
      setText(now, touched ? `yours ${typedWord(field, mine)} · ${theirs}` : theirs);
      // An untouched field continues from the current value.
      if (!touched) this.#input(field).value = held(current, field);
    }
    this.#base = current;
    this.#check.show(this.#resized);
    showFieldErrors(this.element, {});
    this.element.classList.add("has-conflict");
    setText(this.#submit, "Send mine on the new version");
    setText(
      this.#message,
      `This order has changed meanwhile (version ${current.version}). What you typed is still here.`,
    );
  }
}
