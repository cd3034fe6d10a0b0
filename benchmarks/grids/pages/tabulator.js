/** Tabulator as its pages say: an index, a height and so a virtual document, updates of many rows in one call. */

import { columns, follow, offer, text } from "/grids/common.js";

const { Tabulator } = globalThis;

window.begin = async (orders) => {
  const table = new Tabulator("#grid", {
    data: orders,
    index: "id",
    height: 800,
    columns: columns.map(({ field, title, numeric }) => ({
      field,
      title,
      width: 100,
      hozAlign: numeric ? "right" : "left",
      headerSort: false,
      formatter: (cell) => text(field, cell.getData()),
    })),
  });
  await new Promise((built) => table.on("tableBuilt", built));
  offer(
    (id, field) => table.getRow(id).getCell(field)?.getElement(),
    (field) => table.getRows()[0].getCell(field).getElement(),
  );
  await follow(
    (changed) => table.updateData(changed),
    (placed) => table.addData(placed.toReversed(), true),
  );
};
