/** What the benchmark asks of the product's page, read off the page's own cells: every field of every row, shown or not. */
() => {
  const rowOf = (id) => document.querySelector(`#orders tbody tr[data-order-id="${id}"]`);
  const cell = (id, field) => rowOf(id)?.querySelector(`td[data-field="${field}"]`);
  const wrong = (order) =>
    Object.entries(order)
      .filter(([field, value]) => {
        const found = cell(order.id, field);
        const raw = String(value ?? "");
        const number = Number(raw);
        return found?.dataset.value !== raw || (raw !== "" && !Number.isNaN(number) && Number(found.textContent) !== number);
      })
      .map(([field, value]) => `${order.id} ${field}: ${cell(order.id, field)?.dataset.value}, not ${value}`);
  window.bench = {
    cell,
    top: (field) => document.querySelector(`#orders tbody tr[data-order-id] td[data-field="${field}"]`),
    wrong: (orders) => orders.flatMap(wrong),
  };
};
