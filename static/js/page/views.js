/**
 * Selects the visible parts of the page if not all fit: one at a time on a phone, the chart or the ticket on a medium
 * screen.
 *
 * @import {Chart} from "../chart/chart.js"
 * @import {Ticket} from "../ticket/ticket.js"
 */

import { find } from "../ui/dom.js";

/** Widths with room for either the chart or the ticket, as in chart.css. */
const ONE_PANEL = "(min-width: 641px) and (max-width: 1311px)";

/** @returns {NodeListOf<HTMLElement>} */
function tabs() {
  return document.querySelectorAll("[data-view-tab]");
}

/** @param {string} view to show if only one fits */
function showView(view) {
  document.body.dataset.view = view;
  for (const tab of tabs()) tab.setAttribute("aria-pressed", String(tab.dataset.viewTab === view));
}

export class Views {
  #chart;
  #ticket;

  /** @param {Chart} chart @param {Ticket} ticket */
  constructor(chart, ticket) {
    this.#chart = chart;
    this.#ticket = ticket;
    for (const tab of tabs()) tab.addEventListener("click", () => showView(tab.dataset.viewTab ?? "orders"));
    chart.addEventListener("open", () => {
      if (chart.open) this.#uncoverChart();
      else showView("orders");
    });
  }

  /**
   * Shows the chart of the current order's instrument; opens or closes it if that is shown or no order is current.
   *
   * @param {string} symbol empty if no order is current
   */
  toggleChart(symbol) {
    if (symbol === "" || (this.#chart.open && symbol === this.#chart.symbol)) this.#chart.toggle();
    else this.showChart(symbol);
  }

  /** Shows the chart of this instrument. @param {string} symbol */
  showChart(symbol) {
    this.#chart.show(symbol);
    this.#uncoverChart();
  }

  #uncoverChart() {
    showView("chart");
    if (this.#ticket.open && matchMedia(ONE_PANEL).matches) this.#ticket.show(false);
    find("#chart").scrollIntoView({ block: "nearest" });
  }
}
