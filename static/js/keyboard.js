/**
 * One key each for what is done often. A key typed into a field, or pressed on a control, is left to it.
 */

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";
const CONTROLS = `${FIELDS}, input, button, a, summary`;

export class Keyboard {
  /** @param {Record<string, () => void>} actions by `KeyboardEvent.key` */
  constructor(actions) {
    document.addEventListener("keydown", (event) => {
      const { key, target, altKey, ctrlKey, metaKey } = event;
      const action = actions[key];
      if (!action || altKey || ctrlKey || metaKey || !(target instanceof Element)) return;
      if (document.querySelector("dialog[open]")) return;
      if (key !== "Escape" && target.closest(FIELDS)) return;
      if ((key === " " || key === "Enter") && target.closest(CONTROLS)) return;
      event.preventDefault();
      action();
    });
  }
}
