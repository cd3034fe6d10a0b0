/**
 * The dialog that lists the keys, and its check boxes, which are remembered.
 *
 * @import {Store} from "../ui/store.js"
 */

import { find } from "../ui/dom.js";

export class KeysDialog {
  #dialog;

  /**
   * @param {HTMLDialogElement} dialog @param {Store} store
   * @param {Record<string, (on: boolean) => void>} switches the effect of each check box, by its id; on by default
   */
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
