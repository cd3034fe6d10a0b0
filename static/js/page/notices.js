/**
 * Short messages on a line of their own, so that they never cover anything. The newest unread alert is shown until it
 * is dismissed; a message that needs no action disappears by itself. The list shows all alerts.
 *
 * @import {Entry} from "./notice-list.js"
 */

import { dayDetail, integer, plural } from "../text/format.js";
import { nextFrame } from "../ui/animation-frames.js";
import { find, make, setHidden, setText } from "../ui/dom.js";
import { Popover } from "../ui/popover.js";
import { dismissButton, NoticeList, UNSEEN_MS } from "./notice-list.js";

const BRIEF_MS = 5000;
/** Max alerts kept; the oldest are dropped first. */
const KEPT = 500;

/** "9 rejects", "2 notices": the noun depends on all of them. @param {Entry[]} entries */
function countText(entries) {
  const noun = entries.every(({ isReject }) => isReject) ? "reject" : "notice";
  return plural(entries.length, noun);
}

export class Notices {
  #root;
  #toggle;
  #list;
  /** When one alert on the line last gave way to another. */
  #changedAt = -Infinity;
  #popover;
  /** Newest first. @type {Entry[]} */
  #entries = [];
  /** The message that disappears by itself; empty if there is none. */
  #passing = "";
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** What the line shows now. @type {Entry|string|null} */
  #shown = null;
  /** @type {HTMLElement|null} */
  #line = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#toggle = find("#notices-toggle", root);
    const card = find("#notice-list", root);
    this.#list = new NoticeList(card, (entry) => this.#dismiss(entry));
    // Focus the list, not its first button, which dismisses all unread.
    this.#popover = new Popover(this.#toggle, card, () => this.#draw(), "ol");
    find("#show-notices").addEventListener("click", () => this.open());
    find("[data-action=dismiss-all]", root).addEventListener("click", (event) => {
      if (!this.#list.isMeant(event)) return;
      for (const entry of this.#entries) entry.isRead = true;
      this.#popover.show(false);
    });
    this.#draw();
  }

  /** Shows an alert until dismissed, and then in the list; announced at once. @param {string} text */
  alert(text) {
    this.#add(text, false);
  }

  /** Shows an alert for a rejected order, which the announcer announces (throttled). @param {string} text */
  reject(text) {
    this.#add(text, true);
  }

  /** Shows a message that disappears by itself. @param {string} text */
  tell(text) {
    this.#passing = text;
    // A repeated message must be announced again.
    this.#shown = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#passing = "";
      this.#draw();
    }, BRIEF_MS);
    this.#draw();
  }

  /** Shows the list. */
  open() {
    this.#popover.show(true);
  }

  /** Removes everything. */
  clear() {
    this.#entries = [];
    this.#passing = "";
    this.#draw();
    this.#list.draw([]);
  }

  /** Recounts after a change of day: the count covers today only. */
  showDay() {
    this.#draw();
  }

  /** @param {string} text @param {boolean} isReject */
  #add(text, isReject) {
    this.#entries.unshift({ text, at: new Date(), isReject, isRead: false, isShown: false });
    this.#entries.splice(KEPT);
    nextFrame(this.#draw);
  }

  /** @param {Entry} entry */
  #dismiss(entry) {
    entry.isRead = true;
    this.#draw();
  }

  #draw = () => {
    const unread = this.#entries.filter(({ isRead }) => !isRead);
    // A new alert is shown at once and replaces a message that would disappear by itself.
    if (unread[0]?.isShown === false) this.#passing = "";
    this.#drawLine(this.#passing || (unread[0] ?? null));
    const today = this.#entries.filter(({ at }) => dayDetail(at, new Date()) === 0);
    setHidden(this.#toggle, this.#entries.length === 0);
    setText(find("[data-notices=count]", this.#toggle), today.length > 0 ? countText(today) : "Earlier notices");
    setText(find("[data-notices=when]", this.#toggle), today.length > 0 ? " today" : "");
    setText(find("[data-notices=unread]", this.#toggle), unread.length > 1 ? `${integer(unread.length)} unread` : "");
    if (this.#popover.open) this.#list.draw(this.#entries);
    // Set on the body because the ticket and other overlays must leave this line free.
    const isOpen = this.#passing !== "" || unread.length > 0 || this.#popover.open;
    document.body.classList.toggle("has-notices", isOpen);
  };

  /** @param {Entry|string|null} shown */
  #drawLine(shown) {
    if (shown === this.#shown) return;
    // A press may have been meant for the alert shown before.
    if (this.#shown !== null && typeof this.#shown !== "string") this.#changedAt = performance.now();
    this.#shown = shown;
    const hadFocus = this.#line?.contains(document.activeElement);
    this.#line?.remove();
    this.#line = shown === null ? null : this.#newLine(shown);
    if (this.#line) this.#root.prepend(this.#line);
    // Never to another notice's button: a key press meant for this one would dismiss it unread.
    if (hadFocus) this.#toggle.focus();
  }

  /** @param {Entry|string} shown */
  #newLine(shown) {
    const text = typeof shown === "string" ? shown : shown.text;
    const words = make("span", "notice-text", text);
    words.title = text;
    const line = make("p", "notice", words);
    if (typeof shown === "string") {
      line.setAttribute("role", "status");
      return line;
    }
    line.classList.add("is-bad");
    // An alert that reappears after a newer one was dismissed is not announced again.
    if (!shown.isShown && !shown.isReject) line.setAttribute("role", "alert");
    shown.isShown = true;
    line.append(
      dismissButton(`Dismiss: ${text}`, ({ timeStamp }) => {
        if (timeStamp >= this.#changedAt + UNSEEN_MS) this.#dismiss(shown);
      }),
    );
    return line;
  }
}
