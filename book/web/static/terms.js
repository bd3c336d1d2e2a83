// What a term means, when the reader points at its link, comes to it with Tab, or touches it. The
// definitions are in the page (<template id="course-terms">), so nothing is fetched. It stays while
// the pointer is on the link or on it, and Escape sends it away (WCAG 1.4.13).
(() => {
  const article = document.querySelector("article.bd-article");
  const known = document.getElementById("course-terms")?.content;
  if (!article || !known) return;

  const note = document.createElement("span");
  note.id = "course-term-note";
  note.className = "course-term-note";
  note.setAttribute("role", "tooltip");
  note.hidden = true;
  article.append(note);
  let link = null; // whose meaning is shown
  let leaving = 0;

  const meaningOf = (element) => {
    const found = element?.closest?.('a[href*="glossary.html#term-"]');
    const id = found && decodeURIComponent(found.hash.slice(1));
    return id && known.getElementById(`course-${id}`) ? [found, id] : [null, ""];
  };
  const place = () => {
    // A link may go on in the next line: the note stands at its first piece.
    const at = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const { width, height } = note.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left, room - width - 8));
    const below = at.bottom + 4 + height <= innerHeight || at.top < height + 4;
    note.style.left = `${left}px`;
    note.style.top = `${below ? at.bottom + 2 : at.top - height - 2}px`;
  };
  const hide = () => {
    clearTimeout(leaving);
    link?.removeAttribute("aria-describedby");
    link = null;
    note.hidden = true;
  };
  const show = (element) => {
    const [found, id] = meaningOf(element);
    if (!found) return;
    clearTimeout(leaving);
    if (found === link) return;
    hide();
    link = found;
    note.replaceChildren(...known.getElementById(`course-${id}`).cloneNode(true).childNodes);
    note.hidden = false;
    link.setAttribute("aria-describedby", note.id);
    place();
  };
  // A moment to travel from the link to the note.
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => link !== document.activeElement && hide(), 250);
  };

  article.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (note.contains(event.target)) clearTimeout(leaving);
    else show(event.target);
  });
  article.addEventListener("pointerout", (event) => {
    if (event.pointerType === "touch" || !link) return;
    if (link.contains(event.target) || note.contains(event.target)) leave();
  });
  article.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) show(event.target);
  });
  article.addEventListener("focusout", (event) => { if (event.target === link) hide(); });
  // The first touch explains, the second one follows the link.
  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (link && !link.contains(event.target) && !note.contains(event.target)) hide();
  });
  article.addEventListener("click", (event) => {
    const [found] = meaningOf(event.target);
    if (!found || !touched || found === link) return;
    event.preventDefault();
    show(found);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !link) return;
    hide();
    event.stopPropagation();
  }, true);
  addEventListener("scroll", () => link && place(), { passive: true });
  addEventListener("resize", hide);
})();
