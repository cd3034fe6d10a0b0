/**
 * Brings nodes into a new order by moving as few of them as possible, so that the others keep focus, hover and state.
 */

/** Positions in `values` of a longest run that rises. @param {number[]} values @returns {Set<number>} */
export function longestRising(values) {
  /** Position of the smallest last value of a run of each length. @type {number[]} */
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

/** Makes these the children of `parent` that stand in this order; other children stay where they are. @param {Element} parent @param {Element[]} nodes */
export function reorder(parent, nodes) {
  const wanted = new Map(nodes.map((node, i) => [node, i]));
  const present = [...parent.children].filter((child) => wanted.has(child));
  const run = longestRising(present.map((node) => /** @type {number} */ (wanted.get(node))));
  const staying = new Set(present.filter((_, i) => run.has(i)));
  /** @type {Element|null} */
  let next = null;
  for (const node of nodes.toReversed()) {
    if (!staying.has(node)) parent.insertBefore(node, next);
    next = node;
  }
}
