// Paper is light, every fold of the text and every answer is open, and all of it is as before
// once the page is printed. Code that is folded away stays so; long code may be cut by a page's end.
(() => {
  const root = document.documentElement;
  let before = null;
  window.addEventListener("beforeprint", () => {
    if (before) return;
    const closed = [...document.querySelectorAll("article details:not([open], .hide)")];
    const hidden = [...document.querySelectorAll("article .toggle-hidden")];
    before = { theme: root.dataset.theme, closed, hidden };
    root.dataset.theme = "light";
    for (const details of closed) details.open = true;
    for (const fold of hidden) fold.classList.remove("toggle-hidden");
    for (const cell of document.querySelectorAll("article div.cell_input")) {
      cell.classList.toggle("is-long", cell.textContent.trim().split("\n").length > 24);
    }
  });
  window.addEventListener("afterprint", () => {
    if (!before) return;
    if (before.theme) root.dataset.theme = before.theme;
    for (const details of before.closed) details.open = false;
    for (const fold of before.hidden) fold.classList.add("toggle-hidden");
    before = null;
  });
})();
