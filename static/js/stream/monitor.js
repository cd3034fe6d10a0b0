/**
 * The stream monitor: the newest 500 events since realtime was turned on, newest first, drawn once a frame.
 *
 * Pausing stops the drawing, not the counting. While more comes in than anybody can read, only the rows in sight are
 * drawn; those behind them follow when it is over.
 *
 * @import {OrderEvent} from "../orders/order.js"
 * @import {Store} from "../ui/store.js"
 */

import { Widest } from "../text/digits.js";
import { nextFrame } from "../ui/animation-frames.js";
import { find, setHidden, setInteger, setText } from "../ui/dom.js";

import { isSelected } from "../ui/text-selection.js";
import { newEventRow, newHeading, writeEvent } from "./monitor-rows.js";

const KEPT = 500;
/** More new rows in one frame are a burst. */
const BURST = 40;
const ROW_PIXELS = 24;
/** Rows that follow in one frame after a burst. */
const STEP = 100;
/** How long nothing may burst before they do. */
const CALM_MS = 150;
/** How often rows change in a burst under the eyes of somebody who reads further down. */
const READING_MS = 1000;

export class Monitor {
  #body;
  #before;
  #root;
  #widest;
  /** Newest events, oldest first. @type {OrderEvent[]} */
  #events = [];
  #count = 0;
  #paused = false;
  /** Whether there is a place for what happened before this page was opened. */
  #wantsBefore = true;
  /** How many have come since the last drawing. */
  #undrawn = 0;
  #burstAt = -Infinity;
  #drawnAt = -Infinity;
  /** How many rows are in sight at once. */
  #seen = BURST;
  /** Whether somebody reads further down. */
  #scrolled = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #later;
  #draw = () => this.#drawNow();

  /** @param {HTMLElement} root @param {Store} store */
  constructor(root, store) {
    this.#root = root;
    this.#body = find("tbody", root);
    this.#before = /** @type {HTMLTableSectionElement} */ (find("#monitor-before", root));
    this.#widest = new Widest(root);
    const pause = find("#monitor-pause", root);
    pause.addEventListener("click", () => {
      this.#paused = !this.#paused;
      pause.setAttribute("aria-pressed", String(this.#paused));
      setText(pause, this.#paused ? "Go on" : "Pause");
      nextFrame(this.#draw);
    });
    find("#monitor-clear", root).addEventListener("click", () => this.clear());
    document.addEventListener("selectionchange", () => {
      if (this.#undrawn > 0 && !isSelected(this.#body)) nextFrame(this.#draw);
    });
    const scroller = find("#monitor-body", root);
    scroller.addEventListener("scroll", () => {
      this.#scrolled = scroller.scrollTop > 0;
    });
    const sight = new ResizeObserver(([entry]) => {
      this.#seen = Math.min(BURST, Math.ceil((entry?.contentRect.height ?? 0) / ROW_PIXELS) + 1);
    });
    sight.observe(scroller);
    const toggle = find("#monitor-toggle", root);
    const show = (/** @type {boolean} */ open) => {
      toggle.setAttribute("aria-expanded", String(open));
      root.classList.toggle("is-closed", !open);
      // Said there too, since a style sheet that looks for it itself computes the whole page anew at every change.
      document.body.classList.toggle("is-monitor-closed", !open);
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
    this.#wantsBefore = false;
    this.#before.replaceChildren();
    this.#before.hidden = true;
    nextFrame(this.#draw);
  }

  /** What happened before this page was opened, below what it has received; it is neither counted nor numbered here. @param {OrderEvent[]} events oldest first */
  showBefore(events) {
    if (!this.#wantsBefore || events.length === 0) return;
    const rows = events.map((event) => writeEvent(newEventRow(), event, this.#widest));
    this.#before.replaceChildren(newHeading("Before this page was opened"), ...rows.reverse());
    this.#before.hidden = false;
    nextFrame(this.#draw);
  }

  /** Another day has begun, and the times have been written anew. */
  showDay() {
    for (const { cells } of [...this.#rows, ...this.#before.rows]) this.#widest.take("at", cells[1]?.textContent ?? "");
  }

  #drawNow() {
    setInteger(find("[data-monitor=count]", this.#root), this.#count);
    // Text that somebody is about to copy stays where it is.
    const rests = this.#paused || isSelected(this.#body);
    setHidden(find("#monitor-held", this.#root), !rests);
    if (!rests) this.#drawRows();
    setHidden(find("#monitor-empty", this.#root), this.#count > 0 || !this.#before.hidden);
    setInteger(find("[data-monitor=shown]", this.#root), this.#body.children.length);
  }

  #drawRows() {
    const time = performance.now();
    if (this.#undrawn > BURST) this.#burstAt = time;
    if (this.#undrawn > BURST && !this.#scrolled) {
      this.#drawSeen();
    } else if (this.#undrawn <= BURST || time - this.#drawnAt >= READING_MS) {
      this.#drawFresh();
      if (time - this.#burstAt >= CALM_MS || this.#scrolled) this.#drawBehind();
    }
    const isWhole = this.#undrawn === 0 && this.#rows.length >= Math.min(KEPT, this.#events.length);
    if (!isWhole) this.#later ??= setTimeout(() => this.#goOn(), time - this.#burstAt < CALM_MS ? CALM_MS : 0);
  }

  #goOn() {
    this.#later = undefined;
    nextFrame(this.#draw);
  }

  /** The rows in sight, in the nodes that are there. */
  #drawSeen() {
    const rows = [...this.#rows];
    const seen = this.#events.slice(-this.#seen).reverse();
    for (const [i, event] of seen.entries()) this.#fill(rows[i] ?? this.#body.appendChild(newEventRow()), event);
    for (const row of rows.slice(seen.length)) row.remove();
    this.#undrawn = 0;
  }

  /** What is new, above the rows that are there; those past the limit are used again, so that it makes no garbage. */
  #drawFresh() {
    if (this.#undrawn === 0) return;
    const fresh = this.#events.slice(-Math.min(this.#undrawn, KEPT));
    this.#undrawn = 0;
    this.#drawnAt = performance.now();
    const room = KEPT - this.#rows.length;
    const free = [...this.#rows].slice(Math.min(0, room - fresh.length) || KEPT);
    const rows = fresh.map((event) => this.#fill(free.pop() ?? newEventRow(), event));
    this.#body.prepend(...rows.reverse());
  }

  /** A step of what a burst has left out. */
  #drawBehind() {
    const { length } = this.#rows;
    const end = this.#events.length - length;
    const step = this.#scrolled ? KEPT : STEP;
    const behind = this.#events.slice(Math.max(0, end - Math.min(step, KEPT - length)), Math.max(0, end));
    this.#body.append(...behind.reverse().map((event) => this.#fill(newEventRow(), event)));
  }

  /** @param {HTMLTableRowElement} row @param {OrderEvent} event */
  #fill(row, event) {
    row.dataset.seq = String(event.seq);
    return writeEvent(row, event, this.#widest);
  }

  /** @returns {HTMLCollectionOf<HTMLTableRowElement>} */
  get #rows() {
    return /** @type {HTMLTableSectionElement} */ (this.#body).rows;
  }
}
