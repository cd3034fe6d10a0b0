/**
 * The order table: DataTables asks (sort, columns, requests), events keep the page of rows true in between.
 *
 * Fires `loaded` (detail: head) after every answer, `changed` when rows, totals or counts may differ, `arranged` after
 * rows were made or moved, `held` (detail: how many new rows wait) and `failed` (detail: the error), `refused` (detail:
 * `Refusal`), `loading`, and `redrawing` right before all rows are made anew.
 *
 * @import {Api, ApiError} from "../net/api.js"
 * @import {Order, OrderEvent} from "../orders/order.js"
 * @import {SortKey} from "../orders/sorting.js"
 * @import {Query} from "./query.js"
 * @import {Flash} from "./rows/flash.js"
 * @import {RowPainter} from "./rows/row-painter.js"
 * @import {Answer} from "./table-window.js"
 *
 * @typedef {{error: ApiError, query: Query, isLeft: boolean}} Refusal of a query; `isLeft`: whether the table goes on with another
 */

import DataTable from "../../vendor/datatables.net/js/dataTables.min.mjs";
import { columnSettings, placeOf } from "../orders/columns.js";
import { nextFrame } from "../ui/animation-frames.js";
import { nameRoles } from "../ui/dom.js";
import { PointerPress } from "../ui/pointer-press.js";
import { datatablesParams, sortFrom } from "./datatables-request.js";
import { Fetcher } from "./fetcher.js";
import { without } from "./query.js";
import { Rows } from "./rows/rows.js";
import { TableWindow } from "./table-window.js";

DataTable.ext.errMode = "none";

export class Blotter extends EventTarget {
  rows;
  window;
  #table;
  #fetcher;
  #flash;
  /** Whether what waits to be drawn is too much, or too old, to flash. */
  #quiet = false;
  /** What the person asks for; the window holds what was answered. @type {Query} */
  #wanted;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #leaveTimer;
  /** Why rows must not move now, and which order somebody works on. @type {Map<string, number|null>} */
  #holds = new Map();
  /** Orders that stay on every page: something was typed for them. @type {Set<number>} */
  #kept = new Set();
  /** Orders changed since the last drawing, as they are now. @type {Map<number, Order>} */
  #changed = new Map();
  #emptied = false;
  #draw = () => this.#drawNow();

  /** @param {HTMLTableElement} table @param {Api} api @param {string} url @param {Query} query @param {RowPainter} painter @param {Flash} flash */
  constructor(table, api, url, query, painter, flash) {
    super();
    this.#wanted = query;
    this.#flash = flash;
    const press = new PointerPress(table, { began: () => this.hold("press"), ended: () => this.release("press") });
    this.#fetcher = new Fetcher(
      (signal) => press.after(api.get(url, datatablesParams(this.#wanted), signal)),
      (answer) => this.#refresh(answer),
    );
    this.#fetcher.addEventListener("failed", (event) =>
      this.#tell("failed", /** @type {CustomEvent} */ (event).detail),
    );
    this.#fetcher.addEventListener("refused", (event) => this.#refused(/** @type {CustomEvent} */ (event).detail));
    this.window = new TableWindow(query);
    this.#table = new DataTable(table, {
      serverSide: true,
      paging: false,
      searching: false,
      info: false,
      autoWidth: false,
      deferRender: false,
      layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
      language: { emptyTable: "", zeroRecords: "", loadingRecords: "" },
      order: query.sort.map(({ field, dir }) => [placeOf(field), dir]),
      columns: columnSettings(DataTable.render.text()),
      createdRow: (/** @type {Node} */ row, /** @type {any} */ order) =>
        painter.adopt(/** @type {HTMLTableRowElement} */ (row), order),
      ajax: (/** @type {any} */ request, /** @type {(answer: object) => void} */ callback) => {
        this.#load(request, callback);
      },
    });
    nameRoles(table);
    this.rows = new Rows(
      /** @type {HTMLTableSectionElement} */ (table.tBodies[0]),
      painter,
      flash,
      (order) => /** @type {HTMLTableRowElement} */ (this.#table.row.add({ ...order }).node()),
    );
    this.rows.read.released = () => nextFrame(this.#draw);
  }

  get query() {
    return this.#wanted;
  }

  /** @param {OrderEvent[]} events the next of this person, in order @param {boolean} [quiet] whether nothing is to flash */
  apply(events, quiet = false) {
    this.#quiet ||= quiet;
    for (const event of events) {
      if (event.seq > (this.window.head ?? 0)) this.#changed.set(event.order.id, event.order);
      this.window.apply(event);
    }
    nextFrame(this.#draw);
  }

  /** The log goes on from elsewhere. @param {number} head */
  reset(head) {
    this.window.reset(head);
    this.refetch();
  }

  /** Asks for other rows; the page goes back to the first unless told. @param {Partial<Query>} change */
  ask(change) {
    this.#wanted = { ...this.#wanted, start: 0, ...change };
    this.#table.draw();
  }

  /** Brings the page up to date from the server, at most once a second, without touching rows that are right. */
  refetch() {
    this.#fetcher.afresh();
  }

  /** The server is back: what was asked for meanwhile is asked for again. */
  hurry() {
    this.#fetcher.hurry();
  }

  /** Nobody may see these orders here any more. */
  empty() {
    this.#emptied = true;
    this.#fetcher.stop();
    this.rows.clear();
  }

  /** Rows stay where they are until `release`, that of this order in any case; their cells go on changing. @param {string} reason @param {number|null} [id] */
  hold(reason, id = null) {
    this.#holds.set(reason, id);
  }

  /** @param {string} reason */
  release(reason) {
    if (this.#holds.delete(reason)) nextFrame(this.#draw);
  }

  /** Keeps an order on every page, or no longer. @param {number} id @param {boolean} wanted */
  keep(id, wanted) {
    if (wanted) this.#kept.add(id);
    else if (this.#kept.delete(id)) nextFrame(this.#draw);
  }

  /** Lets the waiting rows in now, whoever works on a row: that row stays. */
  letIn() {
    this.#arrange();
  }

  #drawNow() {
    if (this.#emptied) return;
    this.#flash.quiet = this.#quiet;
    this.#drawRows();
    this.#flash.quiet = this.#quiet = false;
  }

  #drawRows() {
    for (const order of this.window.takeDeparted()) this.rows.linger(order);
    // Rows that stand although the window has let go of them (held, edited, lingering) tell the truth as well.
    this.rows.patch([...this.#changed.values()]);
    this.#changed.clear();
    if (this.#holds.size > 0) {
      this.rows.patch(this.window.rows);
      this.#tell("held", this.rows.missing(this.window.rows));
      this.#tell("changed");
    } else {
      this.#arrange();
    }
    if (this.window.needsFetch) this.#fetcher.soon();
    const { start } = this.#wanted;
    if (start > 0 && this.window.filtered <= start && !this.window.isMore) this.ask({ start: this.#lastStart() });
  }

  #arrange() {
    this.rows.arrange(this.window.rows, this.#staying);
    clearTimeout(this.#leaveTimer);
    const wait = this.rows.nextLeave;
    if (wait !== null) this.#leaveTimer = setTimeout(() => nextFrame(this.#draw), wait + 1);
    this.#tell("arranged");
    this.#tell("held", 0);
    this.#tell("changed");
  }

  /** Orders somebody works on. */
  get #staying() {
    return new Set([...this.#kept, ...[...this.#holds.values()].filter((id) => id !== null)]);
  }

  #lastStart() {
    const { length } = this.#wanted;
    return Math.max(0, Math.ceil(this.window.filtered / length) - 1) * length;
  }

  /** DataTables wants rows: the person sorted, searched, filtered or turned a page. @param {any} request @param {(answer: object) => void} callback */
  async #load(request, callback) {
    const sort = sortFrom(request);
    const resorted = JSON.stringify(sort) !== JSON.stringify(this.#wanted.sort);
    this.#wanted = { ...this.#wanted, sort, start: resorted ? 0 : this.#wanted.start };
    this.#tell("loading");
    const answer = await this.#fetcher.now();
    if (answer === null) return;
    this.window.load(answer, this.#wanted);
    // What has come since the last drawing: an order that somebody works on may be on no page that is read.
    this.rows.patch([...this.#changed.values()]);
    this.#changed.clear();
    const data = this.window.rows.map((order) => ({ ...order }));
    this.#tell("redrawing");
    const kept = [...this.#staying].flatMap((id) => this.rows.order(id) ?? []);
    callback({ draw: request.draw, recordsTotal: answer.recordsTotal, recordsFiltered: answer.recordsFiltered, data });
    this.rows.adopt();
    for (const order of kept) if (!this.rows.node(order.id)) this.rows.pin(order);
    this.#tell("turned");
    this.#tell("arranged");
    this.#tell("held", 0);
    this.#loaded(answer);
  }

  /** An answer that nobody but the events asked for: rows that are right stay as they are. @param {Answer} answer */
  #refresh(answer) {
    this.window.load(answer, this.#wanted);
    nextFrame(this.#draw);
    this.#loaded(answer);
  }

  /** @param {Answer} answer */
  #loaded(answer) {
    this.#tell("loaded", answer.head);
    this.#tell("changed");
    if (this.window.needsFetch) this.#fetcher.soon();
  }

  /** It is not asked again: the table goes back to what it shows, or on the way to its first rows without what was refused. @param {ApiError} error */
  #refused(error) {
    const query = this.#wanted;
    const { head, query: shown } = this.window;
    const isFirst = head === null;
    const left = isFirst ? without(query, Object.keys(error.fields)) : shown;
    const isLeft = left !== null && left !== query;
    /** @type {Refusal} */
    const refusal = { error, query, isLeft };
    if (isFirst && isLeft) this.ask(left);
    else if (isLeft) this.#wanted = shown;
    this.#tell("refused", refusal);
    if (this.window.needsFetch && isLeft) this.#fetcher.soon();
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
