// The language switch and bilingual reading. Without this script the links still work.
(() => {
  const panel = document.querySelector(".course-languages-panel");
  const menu = document.querySelector(".course-languages");
  const article = document.querySelector("article.bd-article");
  if (!panel) return;
  const { page, up, language } = panel.dataset;

  // Some browsers refuse storage (private windows, file://): then nothing is remembered.
  const remember = (store, key, value) => {
    try { store.setItem(key, value); } catch { /* not remembered */ }
  };
  const recall = (store, key) => {
    try { return store.getItem(key); } catch { return null; }
  };

  // Every piece of text that a translation pairs with, in reading order.
  const BLOCKS = "h1,h2,h3,h4,h5,h6,p,dt,li,td,th,figcaption,summary,.caption-text";
  const NOT_TEXT =
    ".cell,.highlight,.exercise-link,.course-map,.quiz-verdict,.second-language";
  const blocksOf = (root) => {
    const blocks = [...root.querySelectorAll(BLOCKS)].filter(
      (block) =>
        !block.closest(NOT_TEXT) && !block.querySelector(BLOCKS) && block.textContent.trim(),
    );
    // The glossary is sorted in each language; its entries know their place in the English one.
    const at = (block) => block.closest("[data-at]")?.dataset.at;
    const sorted = blocks.filter(at).sort((one, two) => at(one) - at(two));
    return blocks.map((block) => (at(block) ? sorted.shift() : block));
  };

  // ---- switch: keep the page, the #hash, and the block at the top of the window
  const topBlock = () => {
    const blocks = blocksOf(article);
    const at = blocks.findIndex((block) => block.getBoundingClientRect().bottom > 80);
    return at < 0 ? null : { at, top: blocks[at].getBoundingClientRect().top };
  };
  for (const link of panel.querySelectorAll("a.course-language")) {
    link.addEventListener("click", () => {
      remember(localStorage, "course-language", link.dataset.language);
      const place = article && window.scrollY > 40 ? topBlock() : null;
      if (place) remember(sessionStorage, "course-place", JSON.stringify({ page, ...place }));
      link.href = link.href.split("#")[0] + location.search + location.hash;
    });
  }
  const returnToPlace = () => {
    const place = JSON.parse(recall(sessionStorage, "course-place") || "null");
    remember(sessionStorage, "course-place", "null");
    if (!place || place.page !== page || !article) return;
    const block = blocksOf(article)[place.at];
    if (!block) return;
    const move = () =>
      window.scrollBy({ top: block.getBoundingClientRect().top - place.top, behavior: "instant" });
    move();
    // Fonts and figures may still change the heights above.
    window.addEventListener("load", () => requestAnimationFrame(move), { once: true });
  };

  // ---- bilingual reading
  const message = panel.querySelector(".course-message");
  const pages = {};
  window.courseBlocks = (key, name, html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    pages[key] = blocksOf(holder.content);
  };
  const load = (key) =>
    new Promise((resolve, reject) => {
      if (pages[key]) return resolve();
      const script = document.createElement("script");
      script.src = `${up}${key}/_blocks/${page}.js`;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  const clear = () => {
    for (const extra of document.querySelectorAll(".second-language")) extra.remove();
  };
  const show = async (key) => {
    clear();
    message.textContent = "";
    remember(localStorage, "course-second", key);
    if (!key || !article) return;
    try {
      await load(key);
    } catch {
      message.textContent = panel.dataset.notFound;
      return;
    }
    if (key !== chosen()) return; // the reader chose again meanwhile
    clear();
    const here = blocksOf(article);
    const there = pages[key];
    if (!there || here.length !== there.length || here.some((b, i) => b.tagName !== there[i].tagName)) {
      message.textContent = panel.dataset.notPaired;
      return;
    }
    const lang = panel.querySelector(`input[value="${key}"]`).dataset.lang;
    const own = (block) => {
      const copy = block.cloneNode(true);
      for (const link of copy.querySelectorAll(".headerlink")) link.remove();
      return copy.textContent.trim();
    };
    here.forEach((block, i) => {
      if (own(block) === own(there[i])) return; // a formula, a name, a text not yet translated
      const extra = document.createElement("span");
      extra.className = "second-language";
      extra.lang = lang;
      extra.append(...there[i].cloneNode(true).childNodes);
      block.append(extra);
    });
  };
  const radios = [...panel.querySelectorAll('input[name="course-second"]')];
  const chosen = () => radios.find((radio) => radio.checked).value;
  for (const radio of radios) radio.addEventListener("change", () => show(radio.value));
  const wanted = recall(localStorage, "course-second");
  const start = radios.find((radio) => radio.value === wanted && wanted);
  if (start) {
    start.checked = true;
    show(start.value).then(returnToPlace);
  } else {
    returnToPlace();
  }

  // ---- small things
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus({ preventScroll: true });
  });
  // The search's marks come before the words of the page's language: its button is named again.
  const hide = document.querySelector("#searchbox .highlight-link a");
  if (hide) hide.textContent = Documentation.gettext("Hide Search Matches");
  // The list of chapters stays where it was on the last page, and yet shows the chapter of this one.
  // The theme's script, which puts it there, comes after this one.
  document.addEventListener("DOMContentLoaded", () => {
    const chapters = document.querySelector(".bd-sidebar-primary");
    const here = [...document.querySelectorAll(".bd-docs-nav .active > a")].at(-1);
    if (!chapters || !here) return;
    const [list, link] = [chapters, here].map((element) => element.getBoundingClientRect());
    if (!link.height || (link.top >= list.top && link.bottom <= Math.min(list.bottom, innerHeight))) return;
    chapters.scrollTop += link.top - list.top - list.height / 4;
  });
  // Summaries of search results are fetched pages, which file:// forbids.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  // The copy button speaks a few languages only; Indonesian is not among them. It makes its buttons
  // when the document is ready, so they are named after that; the words of later are in `messages`.
  const { copy, copied, copyFailed } = panel.dataset;
  if (typeof messages === "object" && typeof locale === "string") {
    Object.assign(messages[locale], { copy, copy_success: copied, copy_failure: copyFailed });
  }
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll(".copybtn")) {
      button.dataset.tooltip = copy;
      button.setAttribute("aria-label", copy);
      button.querySelector("title")?.remove();
    }
  });
})();
