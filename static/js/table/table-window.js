/**
 * The browser's copy of the page of orders on screen, kept exact by events alone as far as events can decide.
 *
 * Pure: no DOM, no network. `needsFetch` says that rows have to be fetched; the rows held until then are correct, but
 * may be incomplete.
 *
 * @import {Order, OrderEvent, Tab} from "../orders/order.js"
 * @import {Query} from "./query.js"
 *
 * @typedef {object} Answer the server's answer, exact as of the owner's event `head`
 * @property {Order[]} data
 * @property {number} recordsTotal of the tab
 * @property {number} recordsFiltered of the tab with search and filters
 * @property {boolean} [recordsFilteredIsMore] there are more than that
 * @property {number} head
 * @property {Record<Tab, number>} counts
 */

import { images, tabOf, tabShows } from "../orders/order.js";
import { comparable, comparatorOf, isServersOwn, sameKeys } from "../orders/sorting.js";
import { RecentEvents } from "../stream/recent-events.js";
import { matches } from "./query.js";

/** Fields that a search covers. It also covers company names, which depend on the symbol. @type {(keyof Order)[]} */
const SEARCHED = ["symbol", "client_order_id", "text", "side"];

export class TableWindow {
  /** @type {Order[]} */
  rows = [];
  total = 0;
  filtered = 0;
  /** Whether there are more than `filtered`, not counted. */
  isMore = false;
  /** @type {Record<Tab, number>} */
  counts = { working: 0, filled: 0, closed: 0, all: 0 };
  /** Newest event contained in the rows; null before the first answer. @type {number|null} */
  head = null;
  needsFetch = false;
  /** Orders that an event has removed from the tab, in their last state, until `takeDeparted()`. @type {Order[]} */
  #departed = [];
  #recent = new RecentEvents();
  /** @type {Query} */
  #query;
  #compare;

  /** @param {Query} query */
  constructor(query) {
    this.#query = query;
    this.#compare = comparatorOf(query.sort, []);
  }

  get query() {
    return this.#query;
  }

  /**
   * Takes an answer, and applies again any newer events that were already applied.
   *
   * @param {Answer} answer @param {Query} query
   */
  load(answer, query) {
    this.#query = query;
    this.#compare = comparatorOf(query.sort, answer.data);
    this.rows = [...answer.data];
    this.total = answer.recordsTotal;
    this.filtered = answer.recordsFiltered;
    this.isMore = answer.recordsFilteredIsMore === true;
    this.counts = { ...answer.counts };
    this.head = answer.head;
    const departed = this.#departed;
    const newer = this.#recent.after(answer.head);
    this.needsFetch = newer === null;
    for (const event of newer ?? []) this.#take(event);
    this.#departed = departed;
  }

  /** @param {OrderEvent} event the owner's next */
  apply(event) {
    this.#recent.add(event);
    if (this.head !== null && event.seq > this.head) this.#take(event);
  }

  /** Continues from another position of the log: only an answer as of `head` or later helps. @param {number} head */
  reset(head) {
    this.#recent.reset(head);
    this.needsFetch = true;
  }

  takeDeparted() {
    const departed = this.#departed;
    this.#departed = [];
    return departed;
  }

  /** @param {OrderEvent} event */
  #take(event) {
    this.head = event.seq;
    const { before, after } = images(event);
    this.#count(before, -1);
    this.#count(after, 1);
    const was = before !== null && matches(this.#query, before);
    const is = after !== null && matches(this.#query, after);
    const index = this.rows.findIndex((row) => row.id === event.order.id);
    if (this.#query.search !== "") this.#takeSearched(index, before, after, was, is);
    else this.#takeDecided(index, before, after, was, is);
    if (this.rows.length < this.#query.length && this.#isMoreThan(this.#query.start + this.rows.length))
      this.needsFetch = true;
  }

  /** @param {number} count */
  #isMoreThan(count) {
    return this.isMore || this.filtered > count;
  }

  /** @param {Order|null} order @param {1|-1} by */
  #count(order, by) {
    if (order === null) return;
    this.counts.all += by;
    this.counts[tabOf(order.status)] += by;
    if (tabShows(this.#query.tab, order.status)) this.total += by;
  }

  /**
   * @param {number} index @param {Order|null} before @param {Order|null} after @param {boolean} was
   * @param {boolean} is
   */
  #takeDecided(index, before, after, was, is) {
    this.filtered += Number(is) - Number(was);
    const held = this.rows[index];
    if (held !== undefined) {
      if (after !== null && is && sameKeys(this.#query.sort, held, after)) {
        this.rows[index] = after;
        return;
      }
      this.#remove(index, after, is);
    } else if (was && before !== null && !(is && after !== null && sameKeys(this.#query.sort, before, after))) {
      this.#leaveElsewhere(before);
    } else if (was) {
      return;
    }
    if (is && after !== null) this.#place(after);
  }

  /**
   * Applies an event during a search: only the server can decide what matches.
   *
   * @param {number} index @param {Order|null} before @param {Order|null} after @param {boolean} was @param {boolean} is
   */
  #takeSearched(index, before, after, was, is) {
    const unmoved =
      was &&
      is &&
      before !== null &&
      after !== null &&
      [...SEARCHED, ...comparable(this.#query.sort)].every((field) => before[field] === after[field]);
    if (index >= 0 && !is) {
      this.filtered -= 1;
      this.#remove(index, after, is);
    } else if (index >= 0 && after !== null) {
      this.rows[index] = after;
    }
    if ((was || is) && !unmoved && !(index >= 0 && !is)) this.needsFetch = true;
  }

  /** @param {number} index @param {Order|null} after @param {boolean} is */
  #remove(index, after, is) {
    this.rows.splice(index, 1);
    if (after !== null && !is) this.#departed.push(after);
  }

  /** Handles an order outside this page that has left its place: orders after it move up. @param {Order} before */
  #leaveElsewhere(before) {
    if (this.#query.start === 0) return;
    const last = this.rows.at(-1);
    const { sort } = this.#query;
    const known = !isServersOwn(sort) && sort.every(({ field }) => field !== "updated_at");
    if (last === undefined || !known || this.#compare(before, last) < 0) this.needsFetch = true;
  }

  /** @param {Order} order */
  #place(order) {
    const { start, length } = this.#query;
    const found = this.rows.findIndex((row) => this.#compare(order, row) < 0);
    const index = found < 0 ? this.rows.length : found;
    if (index === 0 && start > 0) {
      this.needsFetch = true;
      return;
    }
    // After the last row it belongs here only if that row is the last of all.
    if (index === this.rows.length && (index >= length || this.#isMoreThan(start + index + 1))) return;
    this.rows.splice(index, 0, order);
    if (this.rows.length > length) this.rows.pop();
  }
}
