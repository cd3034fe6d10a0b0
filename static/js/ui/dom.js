/**
 * Finding and making elements; text goes in as text.
 */

import { integer } from "../text/format.js";

/**
 * The one element that the page must have.
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

/** A button that does nothing but what a listener makes of its `data-action`. @param {string} action @param {string} text @param {string} [className] */
export function actionButton(action, text, className = "") {
  const button = make("button", className, text);
  button.type = "button";
  button.dataset.action = action;
  return button;
}

/** @type {Record<string, string>} */
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "columnheader", TD: "cell" };

/** Says what a part of a table is and all it holds: browsers forget it where their boxes are not those of a table. @param {Element} part */
export function nameRoles(part) {
  const role = ROLES[part.tagName];
  if (role === undefined) return;
  part.setAttribute("role", role);
  for (const child of part.children) nameRoles(child);
}

/** The content of a `<template>`. @param {string} id @returns {HTMLElement} its first element */
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

/** Sets text only where it differs, so that nothing is drawn for nothing, and into the node that is there. @param {Element} element @param {string} text */
export function setText(element, text) {
  const { firstChild } = element;
  if (firstChild instanceof Text && firstChild === element.lastChild) setData(firstChild, text);
  else if (element.textContent !== text) element.textContent = text;
}

/** The lines of a list; those that are there stay, with what is selected in them. @param {HTMLElement} list @param {string[]} texts */
export function setLines(list, texts) {
  for (const [i, text] of texts.entries()) setText(list.children[i] ?? list.appendChild(make("li", "")), text);
  while (list.children.length > texts.length) list.lastElementChild?.remove();
}

/** Shows or hides; the same once more would have the styles computed for nothing. @param {HTMLElement} element @param {boolean} hidden */
export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** A number whose thousands are marked by the style sheet alone: who reads the page by program finds plain digits. @param {Element} element @param {string} text with commas between its thousands */
export function setGrouped(element, text) {
  const groups = text.split(",");
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

/** What goes wrong under each field of a form; a message for a field that is not there is returned. @param {HTMLElement} form @param {Record<string, string[]>} fields */
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

/** Takes back what was said of these fields. @param {HTMLElement} form @param {Iterable<string>} fields */
export function clearFieldErrors(form, fields) {
  for (const field of fields) {
    const slot = form.querySelector(`[data-error="${CSS.escape(field)}"]`);
    if (slot !== null && slot.textContent !== "") slot.textContent = "";
    form.querySelector(`[name="${CSS.escape(field)}"]`)?.removeAttribute("aria-invalid");
  }
}
