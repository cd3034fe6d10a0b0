/**
 * Wires the page together. The only module that acts on load.
 *
 * @import {Order, OrderEvent} from "./orders/order.js"
 * @import {Batch} from "./stream/stream.js"
 */

import { Chart } from "./chart/chart.js";
import { startForecasts } from "./forecast/start.js";
import { TableFigures } from "./money/table-figures.js";
import { Api } from "./net/api.js";
import { now } from "./net/clock.js";
import { LatestRequest } from "./net/latest-request.js";
import { Session } from "./net/session.js";
import { Socket } from "./net/socket.js";
import { Announcer } from "./page/announcer.js";
import { copyAsRows } from "./page/clipboard.js";
import { rewriteTimes, watchDay } from "./page/day-watch.js";
import { Demo } from "./page/demo.js";
import { startKeys } from "./page/key-actions.js";
import { hideKeyHints } from "./page/keyboard.js";
import { Notices } from "./page/notices.js";
import { StatusBar } from "./page/status-bar.js";
import { StatusView } from "./page/status-view.js";
import { Theme } from "./page/theme.js";
import { askBeforeLeaving, reload } from "./page/unsaved-changes.js";
import { Views } from "./page/views.js";
import { Prices } from "./prices/prices.js";
import { tellEarlier } from "./stream/earlier-events.js";
import { outcomeText } from "./stream/event-words.js";
import { Latency } from "./stream/latency.js";
import { Monitor } from "./stream/monitor.js";
import { PausedHead } from "./stream/paused-head.js";
import { OrderStream } from "./stream/stream.js";
import { Uninterrupted } from "./stream/uninterrupted.js";
import { Instruments } from "./symbols/instruments.js";
import { SymbolResults } from "./symbols/results.js";
import { OrdersPanel } from "./table/orders-panel.js";
import { amount, plural } from "./text/format.js";
import { NUMBERS } from "./text/numbers.js";
import { showMarketIn } from "./ticket/quote.js";
import { Ticket } from "./ticket/ticket.js";
import { afterFrame, nextFrame } from "./ui/animation-frames.js";
import { find } from "./ui/dom.js";
import { closeMenu } from "./ui/popover.js";
import { Store } from "./ui/store.js";
import { Watchlist } from "./watchlist/watchlist.js";

const { body } = document;
const { user = "", socketPath = "", ordersUrl = "", instrumentsUrl = "", demoUrl = "" } = body.dataset;
const { barsUrl = "", eventsUrl = "", coneUrl = "" } = body.dataset;

const store = new Store(() => localStorage, user);
const session = new Session(body.dataset);
const api = new Api(session);
const instruments = new Instruments();
const symbols = new SymbolResults();
const notices = new Notices(find("#notices"));
const announcer = new Announcer(find("#summary"));
const monitor = new Monitor(find("#monitor"), store);
const book = new OrdersPanel(api, ordersUrl, instruments, store);
const ticket = new Ticket(find("#ticket"), find("#new-order"), api, ordersUrl, instruments, symbols);
const socket = new Socket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${socketPath}`);
const stream = new OrderStream(user, socket, store.get("realtime", true));
const latency = new Latency(stream.clock);
const strip = new StatusBar(find(".strip"), stream, latency);
const pausedHead = new PausedHead(api, eventsUrl, (head) => strip.tell(head));
const connection = new StatusView(stream, socket, strip, announcer);
const awake = new Uninterrupted();
const clock = () => now() + stream.clock.offset;
const pricesPanel = /** @type {HTMLElement|null} */ (document.querySelector("#prices"));
const prices = pricesPanel && new Prices(socket, stream.clock);
const watchlist = prices && pricesPanel && new Watchlist(pricesPanel, prices, instruments, symbols, store);
const charted = { api, barsUrl, ordersUrl, eventsUrl, coneUrl, prices, instruments, symbols, stream, clock };
const chart = new Chart(find("#chart"), find("#chart-toggle"), store, charted);
// The theme belongs to the browser, not to a user.
new Theme(new Store(), find("#theme"));
const views = new Views(chart, ticket);
let signedOut = false;
let reloading = false;
let shown = "";

/** Reloads at most once: frames keep coming until the new page loads, and each would restart the reload. */
function reloadOnce() {
  if (!reloading) reload();
  reloading = true;
}

/** Called for every frame: most of them change nothing. */
function showState() {
  const { away, ending } = connection;
  const state = [stream.state, stream.realtime, away, ending].join();
  if (state === shown) return;
  shown = state;
  // Signing in again gives another cookie, another token, and perhaps another user.
  if (signedOut && ending === null) reloadOnce();
  if (ending === "signed-out" && !signedOut) leave();
  connection.show();
  pausedHead.on = !stream.realtime && ending === null;
  for (const part of [api, ticket, book, chart]) part.away = away;
}

/** Removes all orders from the screen: no user is signed in any more. */
function leave() {
  signedOut = true;
  book.empty();
  chart.empty();
  watchlist?.empty();
  monitor.clear();
  notices.clear();
  ticket.empty();
}

/** Reloads for another user, who has signed in in this browser, and shows nothing of the user before. */
function another() {
  leave();
  reloadOnce();
}

/** Loads the instruments, with retries: without them no price has its decimals, and no symbol is found. */
async function readInstruments() {
  const why = (/** @type {Error} */ { message }) => `The instruments could not be read: ${message}`;
  const inquiry = new LatestRequest((error) => watchlist?.fail(`${why(error)} Trying again …`));
  try {
    await inquiry.ask((signal) => instruments.load(api, instrumentsUrl, signal));
  } catch (error) {
    notices.alert(why(/** @type {Error} */ (error)));
    watchlist?.fail("The instruments could not be read. Reload the page to try again.");
    return;
  }
  symbols.take(instruments.all);
  book.showInstruments();
  ticket.refresh();
  watchlist?.begin();
  chart.showInstruments();
}

/** @param {Batch} batch */
function takeEvents({ events, live, backlog, sent, received }) {
  book.apply(events, backlog || document.hidden);
  monitor.add(events);
  ticket.follow(events);
  announcer.add(events);
  for (const { kind, order } of events) {
    if (kind === "rejected") notices.reject(outcomeText(kind, order));
  }
  const { since } = awake;
  if (live.length === 0 || document.hidden || stream.clock.toLocal(sent) < since) return;
  let applied = 0;
  const drawn = () => {
    applied = now();
  };
  afterFrame(drawn, () => {
    if (since !== awake.since) return;
    latency.painted({ events: live, sent, received, applied }, now());
    strip.showLatency();
  });
}

const showProof = () => strip.showProof();

/** Rewrites all times, after a change of day or of time zone. */
function showDay() {
  rewriteTimes();
  book.showInstruments();
  for (const part of [book.filters, monitor, notices, chart]) part.showDay();
  shown = "";
  showState();
}

function toggleRealtime() {
  connection.switched();
  if (!stream.realtime) monitor.clear();
  stream.setRealtime(!stream.realtime);
  store.set("realtime", stream.realtime);
}

/** Refetches after the user's own change while the stream does not show it. */
function showOwnChange() {
  if (stream.state === "live") return;
  book.refetch();
  chart.refetch();
}

stream.addEventListener("state", showState);
stream.addEventListener("proof", () => (document.hidden ? showProof() : nextFrame(showProof)));
stream.addEventListener("events", (event) => takeEvents(/** @type {CustomEvent<Batch>} */ (event).detail));
stream.addEventListener("reset", (event) => book.reset(/** @type {CustomEvent<number>} */ (event).detail));
stream.addEventListener("stranger", another);
session.addEventListener("other", another);
session.addEventListener("token", () => {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
    /** @type {HTMLInputElement} */ (field).value = session.token;
  }
});
session.addEventListener("rights", () => notices.alert("Your permissions have changed: reload the page."));
socket.addEventListener("readmitted", () => session.renew());
stream.addEventListener("caughtup", (event) => {
  notices.tell(`Caught up: ${plural(/** @type {CustomEvent<number>} */ (event).detail, "event")}`);
});
strip.addEventListener("toggle", toggleRealtime);
book.addEventListener("unreadable", () => stream.startAtHead());
book.addEventListener("leftout", (event) => notices.alert(/** @type {CustomEvent<string>} */ (event).detail));
book.addEventListener("loaded", (event) => {
  const { detail: head } = /** @type {CustomEvent<number>} */ (event);
  stream.startAfter(head);
  strip.tell(head);
});
book.addEventListener("done", showOwnChange);
book.addEventListener("refused", (event) => {
  if (signedOut) return;
  const { order, error, step } = /** @type {CustomEvent} */ (event).detail;
  const outcome = `${error.unanswered ? "Perhaps not" : "Not"} ${step}`;
  notices.alert(`${outcome}, ${order.side} ${amount(order.quantity)} ${order.symbol}: ${error.message}`);
  showOwnChange();
});
book.addEventListener("chart", (event) => views.showChart(/** @type {CustomEvent<string>} */ (event).detail));
watchlist?.addEventListener("pick", (event) => views.showChart(/** @type {CustomEvent<string>} */ (event).detail));
watchlist?.addEventListener("trade", (event) => ticket.begin(/** @type {CustomEvent<string>} */ (event).detail));
tellEarlier(book, monitor, api, eventsUrl);
book.addEventListener("unable", () => notices.tell(`${connection.away} Nothing was sent.`));
ticket.addEventListener("placed", showOwnChange);
find("[data-action=first-order]").addEventListener("click", () => ticket.show(true));
document.addEventListener("visibilitychange", () => {
  awake.interrupt();
  if (!document.hidden) socket.nudge();
  prices?.looked();
});
document.addEventListener("resume", () => socket.nudge());
for (const type of ["online", "offline", "pageshow"]) addEventListener(type, () => socket.nudge());

// Before the keys: the menu must receive Esc first.
closeMenu(/** @type {HTMLDetailsElement} */ (find(".user-menu")));

startKeys({ book, ticket, views, watchlist, announcer }, store);

if (body.dataset.isDemo === "true") {
  const demo = new Demo(find("#demo"), api, demoUrl, notices, clock);
  find("[data-action=play-demo]").addEventListener("click", () => demo.play());
  socket.addEventListener("state", () => {
    if (socket.state === "open") demo.look();
  });
}
if (prices !== null) {
  new TableFigures(book, prices, instruments, store, clock);
  showMarketIn(ticket, prices, instruments);
  startForecasts({ socket, api, book, ticket }, body.dataset);
}
readInstruments();
awake.start();
watchDay(showDay);
copyAsRows();
hideKeyHints();
document.documentElement.style.setProperty("--thousands", JSON.stringify(NUMBERS.separator));
askBeforeLeaving(() => book.work.isTyped || ticket.isTyped);
socket.start();
showState();
