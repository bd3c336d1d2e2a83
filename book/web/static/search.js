// What the search shows and in which order. Sphinx' own scripts of the search come after this one.
(() => {
  // A formula in one line, as in plain text: 1/(1+e^(−z)), and not 11+e−z.
  const inBrackets = (part) => (part.textContent.length > 1 ? `(${part.textContent})` : part.textContent);
  const inOneLine = (formula) => {
    for (const part of [...formula.querySelectorAll("mfrac, msup")].reverse()) { // inner ones first
      const [first, second] = part.children;
      const sign = part.localName === "mfrac" ? "/" : "^";
      const before = sign === "/" ? inBrackets(first) : first.textContent;
      part.textContent = before + sign + inBrackets(second);
    }
  };

  // ---- the order: what a page is about comes before what it also mentions
  const asked = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase();
  // "gate" begins a word of "LSTM: memory with gates", "lstm" none of "ConvLSTM"; Chinese words have
  // no such beginning.
  const words = asked.match(/[\p{L}\p{N}]+/gu) ?? [];
  const name = words.length && new RegExp(`(?<![a-z0-9])${words.join("[^\\p{L}\\p{N}]+")}`, "u");
  const links = [...document.querySelectorAll(".bd-docs-nav a")];
  const way = links.map((link) => link.pathname.replace(/\.html$/, ""));
  // Sphinx gives 15 where a heading has the word, 5 where the text has it.
  const HERE = 20;
  const GLOSSARY = 12; // what a word means: after the chapters about it, before those that use it
  window.Scorer = {
    objNameMatch: 11,
    objPartialMatch: 6,
    objPrio: { 0: 15, 1: 5, 2: -5 },
    objPrioDefault: 0,
    title: 15,
    partialTitle: 7,
    term: 5,
    partialTerm: 2,
    score: ([page, title, , , score]) => {
      const place = way.findIndex((path) => path.endsWith(`/${page}`));
      const { docnames, titles } = Search._index;
      const own = (titles[docnames.indexOf(page)] ?? title).toLowerCase();
      const about = name && name.test(own) ? HERE : page === "book/glossary" ? GLOSSARY : 0;
      return score + about - (place < 0 ? 1 : place / 100); // among equals, the way of the course
    },
  };

  // ---- the summary
  // The summary of a search result is the page's own text, without the buttons around it and with a
  // space where a paragraph ends.
  document.addEventListener("DOMContentLoaded", () => {
    if (typeof Search !== "object" || !Search.htmlToText) return;
    const toText = Search.htmlToText;
    Search.htmlToText = (html, ...rest) => {
      const found = new DOMParser().parseFromString(html, "text/html");
      const around = ".bd-header-article, .bd-sidebar-secondary, .onlyprint, .course-map";
      for (const part of found.querySelectorAll(`${around}, style, template`)) part.remove();
      found.querySelectorAll("math").forEach(inOneLine);
      for (const block of found.querySelectorAll("p, dt, dd, li, h1, h2, h3, td")) block.append(" ");
      return toText(found.documentElement.outerHTML, ...rest);
    };
    // A summary is cut after so many halves of signs: half a sign, such as of an italic letter, goes.
    const summary = Search.makeSearchSummary;
    Search.makeSearchSummary = (...given) => {
      const made = summary(...given);
      if (made) made.textContent = made.textContent.replace(/\p{Surrogate}/gu, "");
      return made;
    };
  });
})();
