/** AG Grid as its pages on high-frequency updates say: row ids, asynchronous transactions at their default pace. */

import { columns, follow, offer, text } from "/grids/common.js";

const { createGrid } = globalThis.agGrid;

window.begin = async (orders) => {
  const element = document.querySelector("#grid");
  const api = createGrid(element, {
    rowData: orders,
    getRowId: ({ data }) => String(data.id),
    animateRows: false,
    rowHeight: 30,
    columnDefs: columns.map(({ field, title, numeric }) => ({
      field,
      headerName: title,
      type: numeric ? "rightAligned" : undefined,
      width: 100,
      cellDataType: false,
      valueFormatter: ({ data }) => text(field, data),
    })),
  });
  const cellIn = (row, field) => element.querySelector(`.ag-row[${row}] .ag-cell[col-id="${field}"]`);
  offer(
    (id, field) => cellIn(`row-id="${id}"`, field),
    (field) => cellIn('row-index="0"', field),
  );
  const { wrong } = window.bench;
  // Rows out of sight are not in the document: the grid's own memory answers for them.
  window.bench.wrong = (expected) => [
    ...wrong(expected),
    ...expected
      .filter(({ id, version }) => api.getRowNode(String(id))?.data.version !== version)
      .map(({ id }) => `${id} is not the newest`),
  ];
  await follow(
    (update) => api.applyTransactionAsync({ update }),
    (placed) => api.applyTransactionAsync({ add: placed.toReversed(), addIndex: 0 }),
  );
};
