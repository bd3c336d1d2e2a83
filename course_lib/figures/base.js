// What every figure shares: words, settings, the question to torch, drawing, keys.
//
// A figure's own file gives
//   forward(settings, constants) -> values   the same arithmetic as its Python file
//   build(fig) -> { update(width) }          makes the page elements once, then only updates them
// and gets `fig`: { root, settings, values, constants, change(patch), look(patch), word(key, fills) }.
// Tests reach the same object as `el.figure`.

const OWN_KEYS = /^(Arrow|Home|End|Page|Enter| )/;

export function figure({ forward, build }) {
  return {
    render({ model, el }) {
      const constants = model.get("constants");
      const first = model.get("settings");
      const root = html("div", { class: "course-fig", role: "group" });
      // These keys are the figure's own: JupyterLab would go to another cell, the book's theme to
      // another page. Everything else, such as Ctrl+S, goes on to them.
      root.addEventListener("keydown", (event) => {
        const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
        if (isPlain && OWN_KEYS.test(event.key)) event.stopPropagation();
      });
      el.append(root);

      let question = 0; // number of the last question put to the kernel
      let width = 0;
      const fig = {
        root, constants, live: "", // "", "on", or "waiting" for torch's next answer
        settings: structuredClone(first),
        values: model.get("values"),
        words: {}, language: "en",
        word: (key, fills = {}) => fill(fig.words[key] ?? key, fills),
        sentences: (all) => all.join(fig.language === "zh_CN" ? "" : " "),
        list: (items) => items.join(fig.language === "zh_CN" ? "、" : ", "),
        change(patch) {
          Object.assign(fig.settings, structuredClone(patch));
          store();
          compute();
        },
        // What is looked at, not what is computed: no new numbers.
        look(patch) {
          Object.assign(fig.settings, structuredClone(patch));
          store();
          fig.redraw();
        },
        redraw: () => width && view.update(width),
      };
      el.figure = fig;

      function speak() {
        const all = model.get("words");
        fig.language = pick(model.get("language") || document.documentElement.lang, all);
        fig.words = all[fig.language];
        root.lang = fig.language.replace("_", "-");
      }
      function store() {
        model.set("settings", structuredClone(fig.settings));
        model.save_changes();
      }
      function compute() {
        fig.values = forward(fig.settings, constants);
        if (fig.live) fig.live = "waiting";
        fig.redraw();
        ask();
      }
      let patience;
      function ask() {
        model.send({ ask: ++question, settings: fig.settings });
        clearTimeout(patience);
        patience = setTimeout(() => { fig.live = ""; fig.redraw(); }, 3000);
      }
      // The kernel answers the newest question; an older answer is about other settings.
      function hear(message) {
        if (message?.answer !== question || !message.values) return;
        clearTimeout(patience);
        fig.values = message.values;
        fig.live = "on";
        fig.redraw();
      }
      // Somebody moved the figure from Python.
      function follow() {
        const settings = model.get("settings");
        if (JSON.stringify(settings) === JSON.stringify(fig.settings)) return;
        fig.settings = structuredClone(settings);
        compute();
      }

      speak();
      const view = frame(fig, build);
      const measure = () => {
        const now = Math.floor(root.firstElementChild.clientWidth);
        if (now && now !== width) { width = now; fig.redraw(); }
      };
      const sizes = new ResizeObserver(measure);
      sizes.observe(root);
      const language = new MutationObserver(() => { speak(); fig.redraw(); });
      language.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
      const respeak = () => { speak(); fig.redraw(); };
      model.on("msg:custom", hear);
      model.on("change:settings", follow);
      model.on("change:language", respeak);
      measure();
      ask();
      return () => {
        clearTimeout(patience);
        sizes.disconnect();
        language.disconnect();
        model.off("msg:custom", hear);
        model.off("change:settings", follow);
        model.off("change:language", respeak);
      };
    },
  };
}

// The frame around a figure: question, "live torch" mark, the figure, and the sentence that says
// in words what it shows.
function frame(fig, build) {
  const id = `course-fig-${Math.random().toString(36).slice(2)}`;
  const question = html("p", { class: "fig-question", id });
  const live = html("span", { class: "fig-live" });
  const says = html("p", { class: "fig-says", role: "status", "aria-live": "polite" });
  fig.root.setAttribute("aria-labelledby", id);
  fig.root.append(html("div", { class: "fig-head" }, question, live));
  fig.says = says;
  const inner = build(fig);
  if (!fig.root.contains(says)) fig.root.append(says);
  return {
    update(width) {
      fig.root.classList.toggle("is-narrow", width < 600);
      question.textContent = fig.word("question");
      live.textContent = fig.word("live");
      live.title = fig.word("live_why");
      live.className = `fig-live ${fig.live && `is-${fig.live}`}`;
      const sentence = inner.update(width);
      if (says.textContent !== sentence) says.textContent = sentence;
    },
  };
}

// "zh-CN", "zh_CN" and "zh" are all zh_CN; a language the course does not speak is English.
export function pick(language, words) {
  const first = String(language || "en").toLowerCase().split(/[-_]/)[0];
  return Object.keys(words).find((key) => key.toLowerCase().split("_")[0] === first) ?? "en";
}

export function fill(template, fills) {
  return template.replace(/\{(\w+)\}/g, (all, name) => (name in fills ? String(fills[name]) : all));
}

// Two decimals, a real minus sign, no "−0.00".
export function number(value, digits = 2) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

// "h₃" in Unicode, for words that are read aloud or printed in a sentence.
export function subscript(letter, t) {
  return letter + String(t).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
}

export function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// A pen draws into an SVG by key: what was there is moved, what is new is made, what was not drawn
// again is gone. So focus and transitions survive every redraw.
export function pen(svg) {
  const nodes = new Map();
  let drawn = new Set();
  const draw = (key, tag, attributes = {}, text, parent = svg) => {
    let node = nodes.get(key);
    if (!node) {
      node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      nodes.set(key, node);
      parent.append(node);
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null) node.removeAttribute(name);
      else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
    }
    if (text !== undefined && node.textContent !== text) node.textContent = text;
    drawn.add(key);
    return node;
  };
  // "h_t", "x_3 W^xh", "h_{t-1}": bold letters, indices lowered or raised, as in the book's maths.
  draw.maths = (key, text, attributes) => {
    const node = draw(key, "text", attributes);
    if (node.dataset.text === text) return node;
    node.dataset.text = text;
    node.replaceChildren();
    let shift = 0;
    for (const [, mark, group, plain] of text.matchAll(/([_^]?)(?:\{([^}]*)\}|([^_^{}]))/g)) {
      const wanted = mark === "_" ? 4 : mark === "^" ? -6 : 0;
      const part = document.createElementNS(svg.namespaceURI, "tspan");
      part.textContent = group ?? plain;
      part.setAttribute("dy", wanted - shift);
      part.setAttribute("class", mark ? "index" : /\p{L}/u.test(plain) ? "letter" : "mark");
      shift = wanted;
      node.append(part);
    }
    return node;
  };
  draw.done = (width, height) => {
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    for (const [key, node] of nodes) {
      if (!drawn.has(key)) { node.remove(); nodes.delete(key); }
    }
    drawn = new Set();
  };
  return draw;
}

export function canvas(attributes = {}) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", "100%");
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  return svg;
}

// A number in a box: colour says sign, strength of colour says size, the digits say it exactly.
export function cell(draw, key, x, y, w, h, value, options = {}) {
  const shade = options.feel ?? value;
  const box = { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 4 };
  draw(`${key} paper`, "rect", { ...box, class: "paper" });
  draw(`${key} box`, "rect", {
    ...box,
    class: `box ${shade < 0 ? "neg" : "pos"} ${options.class ?? ""}`,
    "fill-opacity": Math.min(1, Math.abs(shade) / (options.full ?? 1)).toFixed(3),
  });
  const second = options.feel !== undefined;
  const [right, down] = options.shift ?? [0, second ? -5 : 4];
  draw(`${key} text`, "text", {
    x: x + right, y: y + down, class: second ? "value small" : `value ${options.size ?? ""}`,
  }, number(value, options.digits));
  if (second) {
    draw(`${key} feel`, "text", { x, y: y + 13, class: "value strong" }, number(options.feel));
  }
}

export function arrow(draw, key, x1, y1, x2, y2, kind = "") {
  draw(`${key} line`, "line", { x1, y1, x2, y2, class: `wire ${kind}` });
  const dx = Math.sign(x2 - x1), dy = Math.sign(y2 - y1);
  const points = [[x2, y2], [x2 - 6 * dx - 3.5 * dy, y2 - 6 * dy - 3.5 * dx],
    [x2 - 6 * dx + 3.5 * dy, y2 - 6 * dy + 3.5 * dx]];
  draw(`${key} head`, "polygon", { points: points.join(" "), class: `head ${kind}` });
}

// A slider that says its name and its value, and answers the arrow keys everywhere.
export function slider(onInput) {
  const id = `course-slider-${Math.random().toString(36).slice(2)}`;
  const input = html("input", { type: "range", id });
  const name = html("label", { for: id });
  const output = html("output", { for: id });
  const row = html("div", { class: "fig-slider" }, name, input, output);
  input.addEventListener("input", () => onInput(Number(input.value)));
  return {
    row, input,
    // `sign` is what is seen, an array of nodes, where `label` would be long: x with an index.
    update({ label, sign, min, max, step = 1, value, text }) {
      name.replaceChildren(...(sign ?? [label]));
      if (sign) input.setAttribute("aria-label", label);
      Object.assign(input, { min, max, step });
      if (Number(input.value) !== value) input.value = value;
      output.textContent = text ?? value;
      input.setAttribute("aria-valuetext", text ?? value);
    },
  };
}

export function button(onClick, attributes = {}) {
  const node = html("button", { type: "button", class: "fig-button", ...attributes });
  node.addEventListener("click", onClick);
  return node;
}

// Two buttons beside a slider of steps: `go(-1)` and `go(1)`, each off at its end.
export function stepButtons(fig, go) {
  const back = button(() => go(-1), { class: "fig-button fig-arrow" });
  const on = button(() => go(1), { class: "fig-button fig-arrow" });
  return {
    back,
    on,
    update(atStart, atEnd) {
      back.textContent = "‹";
      on.textContent = "›";
      back.setAttribute("aria-label", fig.word("back"));
      on.setAttribute("aria-label", fig.word("forward"));
      back.setAttribute("aria-disabled", atStart);
      on.setAttribute("aria-disabled", atEnd);
    },
  };
}

// One tab stop for a grid of things; arrow keys move among them. `where()` says which one is
// current as [row, column], `go(row, column)` makes another one current and returns its element.
export function grid(element, where, go) {
  const steps = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    Home: [0, -Infinity], End: [0, Infinity],
  };
  element.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [row, column] = where();
    go(row + step[0], column + step[1])?.focus();
  });
}

export const between = (value, least, most) => Math.max(least, Math.min(most, value));
