/**
 * As much of a document as the page's small views need: elements that hold text, classes and what is asked for by selector.
 */

class FakeText {
  /** @param {string} data */
  constructor(data) {
    this.data = data;
  }

  get textContent() {
    return this.data;
  }
}

class Classes extends Set {
  /** @param {string} name @param {boolean} on */
  toggle(name, on) {
    if (on) this.add(name);
    else this.delete(name);
  }

  /** @param {string} name */
  contains(name) {
    return this.has(name);
  }
}

export class FakeElement {
  childNodes = [];
  classList = new Classes();
  dataset = {};
  attributes = {};
  listeners = {};
  title = "";
  hidden = false;
  /** How often its text was written. */
  writes = 0;
  #found = new Map();

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }

  get textContent() {
    return this.childNodes.map((child) => child.textContent).join("");
  }

  set textContent(text) {
    this.writes += 1;
    this.childNodes = text === "" ? [] : [new FakeText(text)];
  }

  /** The same element whenever the same is asked for. @param {string} selector */
  querySelector(selector) {
    if (!this.#found.has(selector)) this.#found.set(selector, new FakeElement());
    return this.#found.get(selector);
  }

  /** @param {...(string|FakeElement)} nodes */
  append(...nodes) {
    this.childNodes.push(...nodes.map((node) => (typeof node === "string" ? new FakeText(node) : node)));
  }

  /** @param {FakeElement} node */
  prepend(node) {
    this.childNodes.unshift(node);
    node.remove = () => {
      this.childNodes = this.childNodes.filter((each) => each !== node);
    };
  }

  focus() {
    /** @type {any} */ (globalThis.document).activeElement = this;
  }

  /** Nothing has the focus. */
  contains() {
    return false;
  }

  /** @param {...FakeElement} nodes */
  replaceChildren(...nodes) {
    this.childNodes = [];
    this.append(...nodes);
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  /** @param {string} name @returns {string|null} */
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  /** @param {string} type @param {() => void} listener */
  addEventListener(type, listener) {
    this.listeners[type] = listener;
  }

  /** @param {string} type @param {() => void} listener */
  removeEventListener(type, listener) {
    if (this.listeners[type] === listener) delete this.listeners[type];
  }
}

/** What waits for a frame; as long as the module that asks for frames lives. */
let waiting = [];
globalThis.requestAnimationFrame = (each) => waiting.push(each);

/** Draws one frame. */
export function frame() {
  const due = waiting;
  waiting = [];
  for (const each of due) each(performance.now());
}

/** Makes a new document of these the global one. @returns {FakeElement} */
export function makeDocument() {
  const document = new FakeElement();
  Object.assign(document, { createElement: () => new FakeElement(), createElementNS: () => new FakeElement() });
  Object.assign(globalThis, {
    document,
    Text: FakeText,
    Element: FakeElement,
    matchMedia: () => ({ matches: false }),
  });
  return document;
}
