/**
 * The stream monitor: the newest 500 events since realtime was turned on, newest first, drawn once a frame.
 *
 * Pausing stops the drawing, not the counting.
 *
 * @import {OrderEvent} from "./order.js"
 * @import {Store} from "./store.js"
 */

import { find, make, setInteger, setText } from "./dom.js";
import { changeText } from "./event-words.js";
import { localTime, utc } from "./format.js";
import { nextFrame } from "./frames.js";
import { KIND_WORDS } from "./order.js";

const KEPT = 500;

export class Monitor {
  #body;
  #root;
  /** Newest events, oldest first. @type {OrderEvent[]} */
  #events = [];
  #count = 0;
  #paused = false;
  /** How many have come since the last drawing. */
  #undrawn = 0;
  #draw = () => this.#drawNow();

  /** @param {HTMLElement} root @param {Store} store */
  constructor(root, store) {
    this.#root = root;
    this.#body = find("tbody", root);
    const pause = find("#monitor-pause", root);
    pause.addEventListener("click", () => {
      this.#paused = !this.#paused;
      pause.setAttribute("aria-pressed", String(this.#paused));
      setText(pause, this.#paused ? "Go on" : "Pause");
      find("#monitor-held", root).hidden = !this.#paused;
      nextFrame(this.#draw);
    });
    find("#monitor-clear", root).addEventListener("click", () => this.clear());
    const toggle = find("#monitor-toggle", root);
    const show = (/** @type {boolean} */ open) => {
      toggle.setAttribute("aria-expanded", String(open));
      root.classList.toggle("is-closed", !open);
    };
    toggle.addEventListener("click", () => {
      const open = root.classList.contains("is-closed");
      store.set("monitor-open", open);
      show(open);
    });
    show(store.get("monitor-open", true));
  }

  /** @param {OrderEvent[]} events */
  add(events) {
    this.#count += events.length;
    this.#undrawn += events.length;
    this.#events.push(...events);
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
    nextFrame(this.#draw);
  }

  /** Begins anew, counting from nothing. */
  clear() {
    this.#events = [];
    this.#count = 0;
    this.#undrawn = 0;
    this.#body.replaceChildren();
    nextFrame(this.#draw);
  }

  #drawNow() {
    setInteger(find("[data-monitor=count]", this.#root), this.#count);
    find("#monitor-empty", this.#root).hidden = this.#count > 0;
    if (!this.#paused) this.#drawRows();
    setInteger(find("[data-monitor=shown]", this.#root), this.#body.children.length);
  }

  #drawRows() {
    if (this.#undrawn === 0) return;
    const fresh = this.#events.slice(-Math.min(this.#undrawn, KEPT));
    this.#undrawn = 0;
    // Rows past the limit are used again, so that a burst makes no garbage.
    const room = KEPT - this.#body.children.length;
    const free = [...this.#body.children].slice(Math.min(0, room - fresh.length) || KEPT);
    const rows = fresh.map((event) => fill(/** @type {HTMLTableRowElement} */ (free.pop()) ?? newRow(), event));
    this.#body.prepend(...rows.reverse());
  }
}

function newRow() {
  const row = make("tr", "");
  row.setAttribute("role", "row");
  for (const name of ["seq numeric", "at", "kind", "symbol", "side", "order numeric", "changes", "source"]) {
    const cell = make("td", `event-${name}`);
    cell.setAttribute("role", "cell");
    row.append(cell);
  }
  return row;
}

/** @param {HTMLTableRowElement} row @param {OrderEvent} event */
function fill(row, event) {
  const { seq, kind, order, at, source, actor } = event;
  Object.assign(row.dataset, { seq: String(seq), kind, side: order.side });
  const texts = [
    String(seq),
    localTime(at),
    KIND_WORDS[kind] ?? kind,
    order.symbol,
    order.side.toUpperCase(),
    String(order.id),
    order.text !== "" && kind === "rejected" ? `${order.text} · ${changeText(event)}` : changeText(event),
    actor && actor !== order.user ? `${source}, ${actor}` : source,
  ];
  texts.forEach((text, i) => {
    const cell = row.cells[i];
    if (cell) cell.textContent = text;
  });
  const [, time] = row.cells;
  if (time) time.title = utc(at);
  return row;
}
