/**
 * Places a field's list so that all of it is on the screen: below the field, or above it if there is more room; as wide
 * as the field or a little wider, and as high as fits.
 *
 * @typedef {{left: number, top: number, width: number, height: number}} Box in pixels of the layout viewport
 */

const GAP = 4;
const EDGE = 8;
const WIDTH = 340;
const HEIGHT = 276;

/**
 * @param {Box} field
 * @param {Box} view the visible part of the page: less than the window if a keyboard covers part of it
 * @param {number} wanted the full height of the list
 * @returns {Box}
 */
export function placement(field, view, wanted) {
  const width = Math.min(Math.max(field.width, WIDTH), view.width - 2 * EDGE);
  const rightmost = view.left + view.width - EDGE - width;
  const left = Math.max(view.left + EDGE, Math.min(field.left, rightmost));
  const bottom = field.top + field.height;
  const below = view.top + view.height - EDGE - bottom - GAP;
  const above = field.top - GAP - view.top - EDGE;
  const goesBelow = below >= Math.min(wanted, HEIGHT) || below >= above;
  const height = Math.max(0, Math.min(wanted, HEIGHT, goesBelow ? below : above));
  return { left, top: goesBelow ? bottom + GAP : field.top - GAP - height, width, height };
}
