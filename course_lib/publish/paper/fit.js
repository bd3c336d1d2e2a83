// What is wider than the paper is drawn smaller, so that nothing is cut: formulas, tables, and
// drawings made of characters. The body has the width of the printed text while this runs.
for (const box of document.querySelectorAll(
  "div.math, .pst-scrollable-table-container, div.cell_output, div.highlight pre",
)) {
  const inner = box.querySelector(":scope > math, :scope > table, :scope > div > table") ?? box;
  const wide = Math.max(inner.scrollWidth, inner.getBoundingClientRect().width);
  const room = box.clientWidth;
  if (room && wide > room + 1) inner.style.zoom = Math.max(0.45, (0.98 * room) / wide);
}
