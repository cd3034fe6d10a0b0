/**
 * The list of the keys, and the check boxes beside it, which are as they were left.
 *
 * @import {Store} from "../ui/store.js"
 */

import { find } from "../ui/dom.js";

export class KeysDialog {
  #dialog;

  /** @param {HTMLDialogElement} dialog @param {Store} store @param {Record<string, (on: boolean) => void>} switches what each check box does, by its id; it is on until somebody switches it off */
  constructor(dialog, store, switches) {
    this.#dialog = dialog;
    for (const [id, set] of Object.entries(switches)) {
      const box = /** @type {HTMLInputElement} */ (find(`#${id}`, dialog));
      box.checked = store.get(id, true);
      set(box.checked);
      box.addEventListener("change", () => {
        store.set(id, box.checked);
        set(box.checked);
      });
    }
  }

  show() {
    this.#dialog.showModal();
  }
}
