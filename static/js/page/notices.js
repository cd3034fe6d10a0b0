/**
 * Short messages on a line of their own, so that they never lie over anything: the newest unread one is shown and stays
 * until dismissed, what concerns nobody's action goes by itself. All of them can be looked up in a list.
 *
 * @import {Entry} from "./notice-list.js"
 */

import { dayDetail, integer, plural } from "../text/format.js";
import { nextFrame } from "../ui/animation-frames.js";
import { find, make, setHidden, setText } from "../ui/dom.js";
import { Popover } from "../ui/popover.js";
import { dismissButton, NoticeList, UNSEEN_MS } from "./notice-list.js";

const BRIEF_MS = 5000;
/** More are forgotten, the oldest first. */
const KEPT = 500;

/** "9 rejects", "2 notices": what all of them are. @param {Entry[]} entries */
function countText(entries) {
  const noun = entries.every(({ isReject }) => isReject) ? "reject" : "notice";
  return plural(entries.length, noun);
}

export class Notices {
  #root;
  #toggle;
  #list;
  /** When the line's notice has given its place to another. */
  #changedAt = -Infinity;
  #popover;
  /** Newest first. @type {Entry[]} */
  #entries = [];
  /** What goes by itself; empty where nothing does. */
  #passing = "";
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** What the line shows. @type {Entry|string|null} */
  #shown = null;
  /** @type {HTMLElement|null} */
  #line = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#toggle = find("#notices-toggle", root);
    const card = find("#notice-list", root);
    this.#list = new NoticeList(card, (entry) => this.#dismiss(entry));
    // Not its first button, which dismisses all unread.
    this.#popover = new Popover(this.#toggle, card, () => this.#draw(), "ol");
    find("#show-notices").addEventListener("click", () => this.open());
    find("[data-action=dismiss-all]", root).addEventListener("click", (event) => {
      if (!this.#list.isMeant(event)) return;
      for (const entry of this.#entries) entry.isRead = true;
      this.#popover.show(false);
    });
    this.#draw();
  }

  /** Stays until dismissed, and in the list after that; it is said at once. @param {string} text */
  alert(text) {
    this.#add(text, false);
  }

  /** The same of a rejected order. The announcer says it, with the fills and not too often. @param {string} text */
  reject(text) {
    this.#add(text, true);
  }

  /** Goes by itself. @param {string} text */
  tell(text) {
    this.#passing = text;
    // The same once more is said once more.
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

  /** Leaves nothing. */
  clear() {
    this.#entries = [];
    this.#passing = "";
    this.#draw();
    this.#list.draw([]);
  }

  /** Another day has begun: what was noticed yesterday is not counted as today's. */
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
    // What is new is shown at once: what would have gone by itself gives way.
    if (unread[0]?.isShown === false) this.#passing = "";
    this.#drawLine(this.#passing || (unread[0] ?? null));
    const today = this.#entries.filter(({ at }) => dayDetail(at, new Date()) === 0);
    setHidden(this.#toggle, this.#entries.length === 0);
    setText(find("[data-notices=count]", this.#toggle), today.length > 0 ? countText(today) : "Earlier notices");
    setText(find("[data-notices=when]", this.#toggle), today.length > 0 ? " today" : "");
    setText(find("[data-notices=unread]", this.#toggle), unread.length > 1 ? `${integer(unread.length)} unread` : "");
    if (this.#popover.open) this.#list.draw(this.#entries);
    // Said there, since the ticket and what else lies over the page has to leave this line free.
    const isOpen = this.#passing !== "" || unread.length > 0 || this.#popover.open;
    document.body.classList.toggle("has-notices", isOpen);
  };

  /** @param {Entry|string|null} shown */
  #drawLine(shown) {
    if (shown === this.#shown) return;
    // Where another one stood, it may have been meant.
    if (this.#shown !== null && typeof this.#shown !== "string") this.#changedAt = performance.now();
    this.#shown = shown;
    const hadFocus = this.#line?.contains(document.activeElement);
    this.#line?.remove();
    this.#line = shown === null ? null : this.#newLine(shown);
    if (this.#line) this.#root.prepend(this.#line);
    // Never on to the button of another notice, which a key meant for this one would dismiss unread.
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
    // One that comes back, since a newer one was dismissed, is no news.
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
