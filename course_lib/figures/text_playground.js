// Text playground: embedding, RNN, linear, softmax, for one token after the other.
import { button, canvas, figure, html, pen, slider } from "./base.js";

const BARS = 6;
const networks = new WeakMap(); // constants -> the networks unpacked so far

// One byte a weight, one scale a row (see course_lib/models/rounded.py).
function unpack({ shape, scales, bytes }) {
  const raw = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const scale = new Float32Array(raw(scales)), step = new Int8Array(raw(bytes));
  const columns = shape[shape.length - 1];
  const rows = Array.from(scale, (s, r) =>
    Float64Array.from(step.subarray(r * columns, (r + 1) * columns), (b) => b * s));
  return shape.length === 1 ? rows[0] : rows;
}

function network(constants, corpus) {
  if (!networks.has(constants)) networks.set(constants, {});
  const known = networks.get(constants);
  known[corpus] ??= Object.fromEntries(
    Object.entries(constants.weights[corpus]).map(([name, kept]) => [name, unpack(kept)]));
  return known[corpus];
}

// W x + b, W a list of rows
const linear = (matrix, x, b) => matrix.map((row, r) => {
  let sum = b[r];
  for (let c = 0; c < row.length; c++) sum += row[c] * x[c];
  return sum;
});

function softmax(z, temperature) {
  const most = Math.max(...z);
  if (temperature === 0) {
    const best = z.indexOf(most);
    return z.map((_, k) => (k === best ? 1 : 0));
  }
  const e = z.map((value) => Math.exp((value - most) / temperature));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((value) => value / sum);
}

// x_t = E[x_t], h_t = tanh(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh), z_t = h_t W^T + b
export function forward({ corpus, text, temperature }, constants) {
  const w = network(constants, corpus);
  let h = new Float64Array(w["recurrent.bias_hh_l0"].length), z;
  const surprise = [];
  text.forEach((token, t) => {
    const x = w["embedding.weight"][token];
    if (t) surprise.push(-Math.log(softmax(z, 1)[token]));
    const from_x = linear(w["recurrent.weight_ih_l0"], x, w["recurrent.bias_ih_l0"]);
    const from_h = linear(w["recurrent.weight_hh_l0"], h, w["recurrent.bias_hh_l0"]);
    h = from_x.map((value, k) => Math.tanh(value + from_h[k]));
    z = linear(w["to_logits.weight"], h, w["to_logits.bias"]);
  });
  return { p: softmax(z, temperature), h: Array.from(h), surprise };
}

// The chances lie one behind the other on a line from 0 to 1; u falls on one of them.
function draw(p, u) {
  let sum = 0;
  for (let k = 0; k < p.length; k++) if ((sum += p[k]) > u) return k;
  return p.length - 1;
}

// 63 % on one line, in Indonesian 63%; 0.4 % where a whole number would say nothing.
const percent = (p, language) => (100 * p).toFixed(p >= 0.0995 || p === 0 ? 0 : 1)
  + (language === "id" ? "%" : "\u202f%");

function build(fig) {
  const { names, between, cut_by, first, vocabulary, longest, follow } = fig.constants;
  const beginning = (corpus) =>
    ({ corpus, text: [...first[corpus]], typed: first[corpus].length });
  if (follow && fig.settings.corpus !== fig.language) {
    Object.assign(fig.settings, beginning(fig.language));
    fig.values = forward(fig.settings, fig.constants);
  }
  let typed = null; // what stands in the field, when that is not what the network has read
  const words = () => vocabulary[fig.settings.corpus];
  const spelt = (numbers) => numbers.map((k) => words()[k]).join(between[fig.settings.corpus]);

  const corpora = Object.entries(names).map(([corpus, name]) => {
    const node = button(() => { typed = null; fig.change(beginning(corpus)); });
    node.textContent = name;
    node.lang = corpus.replace("_", "-");
    return [corpus, node];
  });
  const choice = html("div", { class: "fig-buttons", role: "group" },
    ...corpora.map(([, node]) => node));
  const id = `course-text-${Math.random().toString(36).slice(2)}`;
  const name = html("label", { for: id });
  const field = html("input", { type: "text", id, class: "fig-field", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false" });
  const heat = slider((value) => fig.change({ temperature: value }));
  const one = button(() => write(1)), many = button(() => write(20));
  const restore = button(() => { typed = null; fig.change(beginning(fig.settings.corpus)); },
    { class: "fig-button fig-arrow" });
  const page = html("p", { class: "fig-page", role: "region", tabindex: "0" }); // it scrolls
  const legend = html("p", { class: "fig-legend" });
  const memory = canvas({ class: "fig-memory", role: "img" });
  const drawMemory = pen(memory);
  const memoryName = html("p", { class: "fig-legend" });
  const nextName = html("p", { class: "fig-legend" });
  const bars = Array.from({ length: BARS }, (_, row) => {
    const node = button(() => add([best()[row]]), { class: "fig-button fig-bar" });
    const fill = html("span", { class: "fill" });
    const token = html("span", { class: "token" }), chance = html("span", { class: "chance" });
    node.append(fill, token, " ", chance); // the space is for those who hear it
    return { node, fill, token, chance };
  });
  fig.root.append(choice,
    html("div", { class: "fig-type" }, name, field),
    page, legend,
    html("div", { class: "fig-controls" }, one, many, heat.row, restore),
    nextName, html("div", { class: "fig-bars" }, ...bars.map(({ node }) => node)),
    memoryName, memory);

  const best = () => fig.values.p.map((p, k) => [p, k])
    .sort(([a, i], [b, j]) => b - a || i - j).slice(0, BARS).map(([, k]) => k);
  const isFull = () => fig.settings.text.length >= longest;

  function add(tokens) {
    const room = longest - fig.settings.text.length;
    if (room > 0) fig.change({ text: [...fig.settings.text, ...tokens.slice(0, room)] });
  }
  function write(count) {
    const { text, ...others } = fig.settings;
    const written = [...text];
    while (count-- > 0 && written.length < longest) {
      const { p } = forward({ ...others, text: written }, fig.constants);
      written.push(draw(p, Math.random()));
    }
    add(written.slice(text.length));
  }
  // What the reader types is a new beginning; an empty field changes nothing.
  function read() {
    const { corpus } = fig.settings;
    const cut = cut_by[corpus] === "word" ? field.value.toLowerCase().split(/\s+/)
      : [...field.value.replace(/\s/g, "")];
    typed = cut.filter(Boolean).slice(0, longest);
    const text = typed.map((token) => Math.max(0, words().indexOf(token)));
    if (text.length) fig.change({ text, typed: text.length });
  }
  field.addEventListener("change", read);

  function update(width) {
    const { corpus, text, temperature } = fig.settings;
    const { p, h, surprise } = fig.values;
    const said = (chance) => percent(chance, fig.language);
    choice.setAttribute("aria-label", fig.word("corpus"));
    for (const [key, node] of corpora) node.setAttribute("aria-pressed", key === corpus);
    name.textContent = fig.word("beginning");
    const given = text.slice(0, fig.settings.typed);
    if (document.activeElement !== field) {
      field.value = typed ? typed.join(between[corpus]) : spelt(given);
    }
    field.lang = page.lang = corpus.replace("_", "-");
    one.textContent = fig.word("one");
    many.textContent = fig.word("many");
    for (const node of [one, many]) node.setAttribute("aria-disabled", isFull());
    heat.update({ label: fig.word("temperature"), min: 0, max: 2, step: 0.1, value: temperature,
      text: temperature.toFixed(1) });
    restore.textContent = "↺";
    restore.title = fig.word("restore");
    restore.setAttribute("aria-label", fig.word("restore"));

    // The first token was not predicted by anybody, so nobody was surprised.
    page.setAttribute("aria-label", fig.word("text"));
    page.replaceChildren(...text.flatMap((k, t) => {
      const token = html("span", { class: t < fig.settings.typed ? "yours" : "" }, words()[k]);
      const shade = t ? Math.min(1, surprise[t - 1] / Math.log(words().length)) : 0;
      token.style.setProperty("--shade", `${Math.round(85 * shade)}%`);
      if (t) token.title = said(Math.exp(-surprise[t - 1]));
      return [token, between[corpus]];
    }), "▏");
    page.scrollTop = page.scrollHeight;
    legend.textContent = fig.word("legend");

    nextName.textContent = fig.word("next");
    best().forEach((k, row) => {
      const { node, fill, token, chance } = bars[row];
      fill.style.width = `${100 * p[k]}%`;
      token.textContent = words()[k];
      token.lang = field.lang;
      chance.textContent = said(p[k]);
      node.setAttribute("aria-label", fig.word("take", { token: words()[k], chance: said(p[k]) }));
      node.setAttribute("aria-disabled", isFull());
    });
    memoryName.textContent = fig.word("memory", { count: h.length });
    memory.setAttribute("aria-label", fig.word("memory", { count: h.length }));
    const column = width / h.length;
    h.forEach((value, k) => {
      const box = { x: k * column + 1, y: 0, width: column - 2, height: 26, rx: 4 };
      drawMemory(`${k} paper`, "rect", { ...box, class: "paper" });
      drawMemory(`${k}`, "rect", { ...box, class: `box ${value < 0 ? "neg" : "pos"}`,
        "fill-opacity": Math.abs(value).toFixed(3) });
    });
    drawMemory.done(width, 26);

    const strange = typed?.filter((token) => !words().includes(token)) ?? [];
    if (strange.length) return fig.word("unknown", { tokens: fig.list(strange) });
    if (isFull()) return fig.word("full");
    const told = { token: words()[best()[0]], chance: said(p[best()[0]]) };
    if (!surprise.length) return fig.word("says_first", told);
    const mean = surprise.reduce((a, b) => a + b, 0) / surprise.length;
    return fig.word("says", { ...told, perplexity: Math.exp(mean).toPrecision(3) });
  }
  return { update };
}

export default figure({ forward, build });
