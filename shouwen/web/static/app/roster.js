// The roster by keyboard: arrows go from cell to cell, a number sets its shift, 0 or Delete empties the cell.
(() => {
  "use strict";
  const grid = () => [...document.querySelectorAll(".roster tbody tr")].map((row) => [...row.querySelectorAll("[data-square]")]);
  const place = (rows, square) => {
    const row = rows.findIndex((cells) => cells.includes(square));
    return [row, row < 0 ? -1 : rows[row].indexOf(square)];
  };
  let back = null; // the cell that had the focus when it was set: [row, column]

  document.addEventListener("keydown", (event) => {
    const square = event.target.closest && event.target.closest("[data-square]");
    if (!square || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = grid();
    const [row, column] = place(rows, square);
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (by) {
      event.preventDefault();
      rows[row + by[0]]?.[column + by[1]]?.focus();
      return;
    }
    const ways = [...document.querySelectorAll("#brush input[name='pattern']")];
    const empty = event.key === "0" || event.key === "Delete" || event.key === "Backspace";
    const way = empty ? ways.at(-1) : /^[1-9]$/.test(event.key) ? ways[Number(event.key) - 1] : null;
    if (!way || (!empty && way.value === "0")) return;
    event.preventDefault();
    const before = ways.find((one) => one.checked);
    way.checked = true;
    square.click();
    if (empty && before) before.checked = true;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const square = event.detail.requestConfig?.elt;
    if (!square?.matches?.("[data-square]")) return; // something else of the page, which has its own focus
    const here = document.activeElement;
    back = here === square || here === document.body ? place(grid(), square) : null;
  });
  const again = (event) => {
    if (!back || !event.target.closest?.(".roster-cell")) return;
    grid()[back[0]]?.[back[1]]?.focus({ preventScroll: true });
    if (event.type === "htmx:afterSettle") back = null;
  };
  document.addEventListener("htmx:afterSwap", again);
  document.addEventListener("htmx:afterSettle", again);
})();
