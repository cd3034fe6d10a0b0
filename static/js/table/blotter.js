/**
 * The order table: DataTables sends requests (sort, columns, pages), events keep the page of rows current in between.
 *
 * Fires `loaded` (detail: head) after every answer, `changed` when rows, totals or counts may differ, `arranged` after
 * rows were made or moved, `held` (detail: how many new rows wait) and `failed` (detail: the error), `refused` (detail:
 * `Refusal`), `loading`, and `redrawing` right before all rows are recreated.
 *
 * @import {Api, ApiError} from "../net/api.js"
 * @import {Order, OrderEvent} from "../orders/order.js"
 * @import {SortKey} from "../orders/sorting.js"
 * @import {Query} from "./query.js"
 * @import {Flash} from "./rows/flash.js"
 * @import {RowPainter} from "./rows/row-painter.js"
 * @import {Answer} from "./table-window.js"
 *
 * @typedef {{error: ApiError, query: Query, isLeft: boolean}} Refusal of a query; `isLeft`: whether it was given up
 */

import DataTable from "../../vendor/datatables.net/js/dataTables.min.mjs";
import { columnSettings } from "../orders/columns.js";
import { nextFrame } from "../ui/animation-frames.js";
import { nameRoles } from "../ui/dom.js";
import { PointerPress } from "../ui/pointer-press.js";
import { datatablesParams, orderFrom, sortFrom } from "./datatables-request.js";
import { Fetcher } from "./fetcher.js";
import { lastStart, without } from "./query.js";
import { keepSorted, refetchMs } from "./resort.js";
import { Rows } from "./rows/rows.js";
import { TableWindow } from "./table-window.js";

DataTable.ext.errMode = "none";

export class Blotter extends EventTarget {
  rows;
  window;
  #table;
  #fetcher;
  #flash;
  /** Whether pending changes are too many, or too old, to flash. */
  #quiet = false;
  /** The query last requested; the window holds the one answered. @type {Query} */
  #wanted;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #leaveTimer;
  /** Reasons why rows must not move now, with the order that the user works on. @type {Map<string, number|null>} */
  #holds = new Map();
  /** Orders that stay on every page, because of unsent input. @type {Set<number>} */
  #kept = new Set();
  /** Orders changed since the last drawing, in their current state. @type {Map<number, Order>} */
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
      order: orderFrom(query.sort),
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
    keepSorted(this);
  }

  get query() {
    return this.#wanted;
  }

  /** @param {OrderEvent[]} events the next ones, in order @param {boolean} [quiet] whether to suppress flashes */
  apply(events, quiet = false) {
    this.#quiet ||= quiet;
    for (const event of events) {
      if (event.seq > (this.window.head ?? 0)) this.#changed.set(event.order.id, event.order);
      this.window.apply(event);
    }
    nextFrame(this.#draw);
  }

  /** Continues from another position of the log. @param {number} head */
  reset(head) {
    this.window.reset(head);
    this.refetch();
  }

  /** Requests other rows; goes to the first page unless `start` is given. @param {Partial<Query>} change */
  ask(change) {
    this.#wanted = { ...this.#wanted, start: 0, ...change };
    this.#table.draw();
  }

  /** Refreshes the page from the server, throttled, without touching rows that are current. */
  refetch() {
    this.#fetcher.refreshAfterCurrent();
  }

  /** Retries pending requests at once, when the server is back. */
  retryNow() {
    this.#fetcher.retryNow();
  }

  /** Removes all orders, after a sign-out. */
  empty() {
    this.#emptied = true;
    this.#fetcher.stop();
    this.rows.clear();
  }

  /** Holds rows (not their cells) until `release`. @param {string} reason @param {number|null} [id] always stays */
  hold(reason, id = null) {
    this.#holds.set(reason, id);
  }

  /** @param {string} reason */
  release(reason) {
    if (this.#holds.delete(reason)) nextFrame(this.#draw);
  }

  /** Starts or stops keeping an order on every page. @param {number} id @param {boolean} wanted */
  keep(id, wanted) {
    if (wanted) this.#kept.add(id);
    else if (this.#kept.delete(id)) nextFrame(this.#draw);
  }

  /** Shows the waiting rows now; a row that the user works on stays. */
  showPendingRows() {
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
    // Rows kept on screen though they have left the window (held, edited, lingering) are updated as well.
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
    const { start, length } = this.#wanted;
    const { filtered, isMore } = this.window;
    if (start > 0 && filtered <= start && !isMore) this.ask({ start: lastStart(filtered, length) });
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

  /** Orders that the user works on. */
  get #staying() {
    return new Set([...this.#kept, ...[...this.#holds.values()].filter((id) => id !== null)]);
  }

  /** Loads rows after a sort, search or page change. @param {any} request @param {(answer: object) => void} callback */
  async #load(request, callback) {
    const sort = sortFrom(request);
    const resorted = JSON.stringify(sort) !== JSON.stringify(this.#wanted.sort);
    this.#wanted = { ...this.#wanted, sort, start: resorted ? 0 : this.#wanted.start };
    this.#fetcher.everyMs = refetchMs(this.#wanted);
    this.#tell("loading");
    const answer = await this.#fetcher.now();
    if (answer === null) return;
    this.window.load(answer, this.#wanted);
    // Changes since the last drawing: an order that the user works on may be on no page that is loaded.
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

  /** Takes an answer to a background refresh: rows that are current stay as they are. @param {Answer} answer */
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

  /** Doesn't retry: returns to the shown query, or drops the refused part if there is none. @param {ApiError} error */
  #refused(error) {
    const query = this.#wanted;
    const { head, query: shown } = this.window;
    const isFirst = head === null;
    const left = isFirst ? without(query, Object.keys(error.fields)) : shown;
    const isLeft = left !== null && left !== query;
    if (isLeft) this.#table.order(orderFrom(left.sort));
    if (isFirst && isLeft) this.ask(left);
    else if (isLeft) this.#wanted = shown;
    this.#tell("refused", /** @type {Refusal} */ ({ error, query, isLeft }));
    if (this.window.needsFetch && isLeft) this.#fetcher.soon();
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
