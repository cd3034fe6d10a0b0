/**
 * Light, dark or system theme: the button cycles through the three.
 *
 * @import {Store} from "../ui/store.js"
 */

import { find, setText } from "../ui/dom.js";

const THEMES = ["system", "light", "dark"];

export class Theme {
  #store;
  #theme;
  #dark = matchMedia("(prefers-color-scheme: dark)");

  /** @param {Store} store @param {HTMLElement} button */
  constructor(store, button) {
    this.#store = store;
    this.#theme = store.get("theme", "system", (value) => THEMES.includes(value));
    const word = find("[data-theme-word]", button);
    const show = () => {
      const dark = this.#theme === "dark" || (this.#theme === "system" && this.#dark.matches);
      document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
      setText(word, this.#theme);
    };
    button.addEventListener("click", () => {
      this.#theme = THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length] ?? "system";
      this.#store.set("theme", this.#theme);
      show();
    });
    this.#dark.addEventListener("change", show);
    show();
  }
}
