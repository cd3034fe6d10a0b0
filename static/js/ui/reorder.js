/**
 * Reorders nodes with as few moves as possible, so that the others keep focus, hover and state.
 */

/** Indexes of a longest increasing subsequence of `values`. @param {number[]} values @returns {Set<number>} */
export function longestRising(values) {
  /** Index of the smallest last value of a subsequence of each length. @type {number[]} */
  const tails = [];
  /** @type {number[]} */
  const before = [];
  values.forEach((value, i) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (values[/** @type {number} */ (tails[middle])]) < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? /** @type {number} */ (tails[low - 1]) : -1;
    tails[low] = i;
  });
  const run = new Set();
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) run.add(i);
  return run;
}

/**
 * Moves a node before a sibling, or to the end, and keeps the focus and selection in it.
 *
 * @param {Element & {moveBefore?: (node: Element, next: Element|null) => void}} parent
 * @param {Element} node
 * @param {Element|null} next
 */
export function move(parent, node, next) {
  if (parent.moveBefore && node.parentElement === parent && parent.isConnected) {
    parent.moveBefore(node, next);
    return;
  }
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  const held = node.contains(focused);
  parent.insertBefore(node, next);
  if (held) focused?.focus({ preventScroll: true });
}

/**
 * Puts these children of `parent` in this order; other children stay where they are.
 *
 * @param {Element} parent @param {Element[]} nodes
 */
export function reorder(parent, nodes) {
  const wanted = new Map(nodes.map((node, i) => [node, i]));
  const present = [...parent.children].filter((child) => wanted.has(child));
  const run = longestRising(present.map((node) => /** @type {number} */ (wanted.get(node))));
  const staying = new Set(present.filter((_, i) => run.has(i)));
  /** @type {Element|null} */
  let next = null;
  for (const node of nodes.toReversed()) {
    if (!staying.has(node)) move(parent, node, next);
    next = node;
  }
}

/**
 * Unwanted rows that stay, by the id of the wanted row that each follows now; null for the top.
 *
 * @param {HTMLTableRowElement[]} rows
 * @param {Set<number>} wanted
 * @param {Set<number>} staying
 */
export function anchors(rows, wanted, staying) {
  /** @type {Map<number|null, HTMLTableRowElement[]>} */
  const after = new Map();
  /** @type {number|null} */
  let anchor = null;
  for (const row of rows) {
    const id = Number(row.dataset.orderId);
    if (wanted.has(id)) anchor = id;
    else if (staying.has(id)) after.set(anchor, [...(after.get(anchor) ?? []), row]);
  }
  return after;
}
