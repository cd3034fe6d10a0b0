/**
 * The stream monitor: the newest 500 events since realtime was turned on, newest first, drawn once a frame.
 *
 * Pausing stops the drawing, not the counting. During a burst, when more comes in than a user can read, only the rows
 * in view are drawn; the rows behind them follow after it.
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
/** More new rows than this in one frame are a burst. */
const BURST = 40;
const ROW_PIXELS = 24;
/** Rows drawn per frame to catch up after a burst. */
const STEP = 100;
/** How long no burst must occur before the catch-up. */
const CALM_MS = 150;
/** How often rows change during a burst while the user has scrolled down to read. */
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
  /** Whether events from before this page was opened may be shown. */
  #wantsBefore = true;
  /** Events received since the last drawing. */
  #undrawn = 0;
  #burstAt = -Infinity;
  #drawnAt = -Infinity;
  /** Rows in view at once. */
  #seen = BURST;
  /** Whether the user has scrolled down. */
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
      setText(pause, this.#paused ? "Resume" : "Pause");
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
      // Set on the body as well: a CSS selector that depends on it would restyle the whole page at every change.
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

  /** Clears the list and the counter. */
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

  /**
   * Shows events from before this page was opened, below the received ones. They are not counted.
   *
   * @param {OrderEvent[]} events oldest first
   */
  showBefore(events) {
    if (!this.#wantsBefore || events.length === 0) return;
    const rows = events.map((event) => writeEvent(newEventRow(), event, this.#widest));
    this.#before.replaceChildren(newHeading("Before this page was opened"), ...rows.reverse());
    this.#before.hidden = false;
    nextFrame(this.#draw);
  }

  /** Measures the times again: after a change of day they have been rewritten. */
  showDay() {
    for (const { cells } of [...this.#rows, ...this.#before.rows]) this.#widest.take("at", cells[1]?.textContent ?? "");
  }

  #drawNow() {
    setInteger(find("[data-monitor=count]", this.#root), this.#count);
    // Text that the user has selected, perhaps to copy it, must not move.
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

  /** Draws the rows in view, reusing their nodes. */
  #drawSeen() {
    const rows = [...this.#rows];
    const seen = this.#events.slice(-this.#seen).reverse();
    for (const [i, event] of seen.entries()) this.#fill(rows[i] ?? this.#body.appendChild(newEventRow()), event);
    for (const row of rows.slice(seen.length)) row.remove();
    this.#undrawn = 0;
  }

  /** Prepends the new rows. Rows beyond the limit are reused, which creates no garbage. */
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

  /** Draws some of the rows that a burst has left out. */
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
