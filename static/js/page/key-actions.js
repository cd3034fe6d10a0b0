/**
 * The keyboard shortcuts of the page, and the dialog that lists them and switches them off.
 *
 * @import {OrdersPanel} from "../table/orders-panel.js"
 * @import {Ticket} from "../ticket/ticket.js"
 * @import {Store} from "../ui/store.js"
 * @import {Watchlist} from "../watchlist/watchlist.js"
 * @import {Announcer} from "./announcer.js"
 * @import {Views} from "./views.js"
 */

import { TABS } from "../orders/order.js";
import { find } from "../ui/dom.js";
import { Keyboard } from "./keyboard.js";
import { KeysDialog } from "./keys-dialog.js";

/**
 * @param {{book: OrdersPanel, ticket: Ticket, views: Views, watchlist: Watchlist|null, announcer: Announcer}} parts
 * @param {Store} store
 */
export function startKeys({ book, ticket, views, watchlist, announcer }, store) {
  /** Esc closes what has the focus; in a field elsewhere it does not affect the orders. @param {Element} target */
  function dismiss(target) {
    if (target.closest("#ticket")) ticket.show(false);
    else if (!target.closest("input, select, textarea") && !book.work.dismiss() && ticket.open) ticket.show(false);
  }

  /** An action that clicks a button, unless it is disabled. @param {string} selector */
  const button = (selector) => () => find(selector).click();

  /** Opens the ticket for an order of this side; what was typed there stays. @param {"buy"|"sell"} side */
  function trade(side) {
    find(`#ticket [name=side][value=${side}]`).click();
    ticket.show(true);
  }

  /** Enter opens an order, unless it was pressed on something else. @param {Element} target */
  function openOrder(target) {
    if (target === document.body || target.closest("#orders-scroll")) book.work.toggle();
  }

  const keyboard = new Keyboard(
    {
      "/": () => book.focusSearch(),
      n: () => ticket.show(true),
      b: () => trade("buy"),
      s: () => trade("sell"),
      ...Object.fromEntries(TABS.map((tab, place) => [String(place + 1), button(`[data-tab=${tab}]`)])),
      h: button("[data-page=previous]"),
      l: button("[data-page=next]"),
      j: () => book.work.move(1),
      k: () => book.work.move(-1),
      e: () => book.work.act("amend"),
      c: () => book.work.act("cancel"),
      g: () => views.toggleChart(book.work.symbol),
      w: () => watchlist?.focusField(),
      "?": () => dialog.show(),
      Enter: openOrder,
      Escape: dismiss,
    },
    ["j", "k"],
  );
  const dialog = new KeysDialog(find("#keys-dialog"), store, {
    "single-keys": (on) => {
      keyboard.single = on;
    },
    "say-events": (on) => {
      announcer.on = on;
    },
  });
  find("#keys").addEventListener("click", () => dialog.show());
}
