/**
 * Helpers to find, create and update elements; text is always inserted as text, never as HTML.
 */

import { integer } from "../text/format.js";
import { NUMBERS } from "../text/numbers.js";

/**
 * Finds an element that the page must have; throws if it does not.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {T}
 */
export function find(selector, root = document) {
  const element = root.querySelector(selector);
  if (element === null) throw new Error(`The page has no ${selector}.`);
  return /** @type {T} */ (element);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} className
 * @param {...(string|Node)} content
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...content);
  return element;
}

/**
 * Creates a button whose `data-action` a listener handles.
 *
 * @param {string} action @param {string} text @param {string} [className]
 */
export function actionButton(action, text, className = "") {
  const button = make("button", className, text);
  button.type = "button";
  button.dataset.action = action;
  return button;
}

/** @type {Record<string, string>} */
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "columnheader", TD: "cell" };

/**
 * Sets ARIA table roles on part of a table and its children: browsers drop the implicit roles if CSS changes `display`.
 *
 * @param {Element} part
 */
export function nameRoles(part) {
  const role = ROLES[part.tagName];
  if (role === undefined) return;
  part.setAttribute("role", role);
  for (const child of part.children) nameRoles(child);
}

/** Clones the content of a `<template>`. @param {string} id @returns {HTMLElement} its first element */
export function fromTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (find(`#${id}`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @param {Node|undefined} node text, or an element with nothing but text @param {string} text */
function setData(node, text) {
  if (node instanceof Text) {
    if (node.data !== text) node.data = text;
  } else if (node instanceof Element) {
    setText(node, text);
  }
}

/**
 * Sets text in place, and only if it differs, to avoid needless repaints.
 *
 * @param {Element} element @param {string} text
 */
export function setText(element, text) {
  const { firstChild } = element;
  if (firstChild instanceof Text && firstChild === element.lastChild) setData(firstChild, text);
  else if (element.textContent !== text) element.textContent = text;
}

/**
 * Sets the lines of a list; existing nodes stay, with any selection in them.
 *
 * @param {HTMLElement} list @param {string[]} texts
 */
export function setLines(list, texts) {
  for (const [i, text] of texts.entries()) setText(list.children[i] ?? list.appendChild(make("li", "")), text);
  while (list.children.length > texts.length) list.lastElementChild?.remove();
}

/**
 * Shows or hides an element, only if necessary, to avoid a needless style recalculation.
 *
 * @param {HTMLElement} element @param {boolean} hidden
 */
export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * Writes a number whose thousands separators are drawn by CSS alone, so that programs read plain digits.
 *
 * @param {Element} element @param {string} text as `Numbers.grouped` writes it
 */
export function setGrouped(element, text) {
  const groups = NUMBERS.groups(text);
  if (element.childNodes.length === groups.length) {
    for (const [i, group] of groups.entries()) setData(element.childNodes[i], group);
    return;
  }
  const [first = "", ...others] = groups;
  element.replaceChildren(first, ...others.map((group) => make("span", "thousands", group)));
}

/** @param {Element} element @param {number} value */
export function setInteger(element, value) {
  setGrouped(element, integer(value));
}

/**
 * Shows errors under the fields of a form. Returns the messages of fields that are not shown.
 *
 * @param {HTMLElement} form @param {Record<string, string[]>} fields
 */
export function showFieldErrors(form, fields) {
  const homeless = [];
  for (const slot of form.querySelectorAll("[data-error]")) slot.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const [field, messages] of Object.entries(fields)) {
    const slot = form.querySelector(`[data-error="${CSS.escape(field)}"]`);
    const input = form.querySelector(`[name="${CSS.escape(field)}"]`);
    const text = [messages].flat().join(" ");
    if (slot === null || slot.closest("[hidden]") !== null) homeless.push(`${field}: ${text}`);
    else slot.textContent = text;
    input?.setAttribute("aria-invalid", "true");
  }
  return homeless;
}

/** Clears the errors of these fields. @param {HTMLElement} form @param {Iterable<string>} fields */
export function clearFieldErrors(form, fields) {
  for (const field of fields) {
    const slot = form.querySelector(`[data-error="${CSS.escape(field)}"]`);
    if (slot !== null && slot.textContent !== "") slot.textContent = "";
    form.querySelector(`[name="${CSS.escape(field)}"]`)?.removeAttribute("aria-invalid");
  }
}
