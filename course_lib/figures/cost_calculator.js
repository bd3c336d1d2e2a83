// Cost calculator: how many parameters and multiply-adds each layer has, for sizes the reader sets.
import { between, button, canvas, figure, grid, html, pen } from "./base.js";

const PARTS = ["parameters", "multiply_adds"];
const MORE = ["more_parameters", "more_multiply_adds"]; // words for the parts
const FEWER = ["fewer_parameters", "fewer_multiply_adds"];
const NICE = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256,
  320, 384, 512, 640, 768, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192];

// {layer: [letters, numbers]} of sums of products: [[a, b], [c]] is a·b + c.
function terms(settings, { kind }) {
  const { n, c, c_out: d, s, P } = settings;
  const isImage = kind === "images";
  const I = isImage ? c * n * n : settings.I;
  const H = isImage ? d * n * n : settings.H;
  const gates = { rnn: 1, gru: 3, lstm: 4 };
  const sums = { dense: { parameters: [["I", "H"]], multiply_adds: [["I", "H"]] } };
  if (isImage) {
    const patch = [["n²", "s²", "c", "c′"]];
    sums.local = { parameters: patch, multiply_adds: patch };
    sums.convolution = { parameters: [["s²", "c", "c′"], ["c′"]], multiply_adds: patch };
    const kernels = [["4c′", "(c + c′)", "s²"]];
    sums.convlstm = { parameters: [...kernels, ["4c′"], ["3c′"]],
      multiply_adds: [[...kernels[0], "n²"]] };
  }
  for (const [layer, count] of Object.entries(gates)) {
    const rows = count > 1 ? `${count}H` : "H";
    sums[layer] = { parameters: [[rows, "(I + H + 2)"]], multiply_adds: [[rows, "(I + H)"]] };
  }
  if (P < H) {
    sums.lstmp = { parameters: [["4H", "(I + P + 2)"], ["P", "H"]],
      multiply_adds: [["4H", "(I + P)"], ["P", "H"]] };
  }
  const value = { I, H, P, n, s, c, "c′": d, "n²": n * n, "s²": s * s, "4c′": 4 * d, "3c′": 3 * d,
    "3H": 3 * H, "4H": 4 * H, "(c + c′)": c + d, "(I + H)": I + H, "(I + H + 2)": I + H + 2,
    "(I + P)": I + P, "(I + P + 2)": I + P + 2 };
  return { sums, value };
}

const total = (sum, value) =>
  sum.reduce((all, factors) => all + factors.reduce((x, name) => x * value[name], 1), 0);

export function forward(settings, constants) {
  const { sums, value } = terms(settings, constants);
  return Object.fromEntries(constants.layers.filter((layer) => layer in sums).map((layer) => [layer,
    Object.fromEntries(PARTS.map((part) => [part, total(sums[layer][part], value)]))]));
}

// 12 345 678, with narrow spaces that do not break.
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

// 42 000 times more, or fewer: three digits that count.
function ratio(one, other) {
  const rough = (x) => grouped(Number(x.toPrecision(3)) >= 100 ? Math.round(x.toPrecision(3))
    : Number(x.toPrecision(3)));
  const fewer = rough(other / one);
  return one < other && fewer !== "1" ? { words: FEWER, times: fewer }
    : { words: MORE, times: rough(one / other) };
}

// A size as a number to type and a slider over numbers people choose.
function sizer(onInput) {
  const id = `course-size-${Math.random().toString(36).slice(2)}`;
  const name = html("label", { for: id });
  const typed = html("input", { type: "number", id, inputmode: "numeric" });
  const range = html("input", { type: "range" });
  let choices = NICE;
  range.addEventListener("input", () => onInput(choices[Number(range.value)]));
  typed.addEventListener("input", () => {
    const value = Number(typed.value);
    if (typed.checkValidity() && typed.value !== "") onInput(value);
  });
  return {
    row: html("div", { class: "fig-size" }, name, typed, range),
    typed,
    update({ label, value, least, most, isOdd }) {
      choices = isOdd ? NICE.filter((x) => x <= 3).concat([5, 7, 9, 11, 13, 15]).filter((x) => x % 2)
        : [...new Set([...NICE.filter((x) => x < most), most])];
      name.textContent = label;
      Object.assign(typed, { min: least, max: most, step: isOdd ? 2 : 1 });
      if (Number(typed.value) !== value) typed.value = value;
      const nearest = choices.reduce((best, x, n) =>
        (Math.abs(x - value) < Math.abs(choices[best] - value) ? n : best), 0);
      Object.assign(range, { min: 0, max: choices.length - 1, step: 1 });
      if (Number(range.value) !== nearest) range.value = nearest;
      range.setAttribute("aria-label", label);
      range.setAttribute("aria-valuetext", value);
    },
  };
}

function build(fig) {
  const { kind, layers, bounds, most, first } = fig.constants;
  const svg = canvas({ class: "fig-costs", role: "group" });
  const draw = pen(svg);
  const roomFor = ({ c, c_out }) => Math.min(bounds.n[1], Math.floor(Math.sqrt(most / Math.max(c, c_out))));
  const resize = (patch) => {
    const sizes = { ...fig.settings, ...patch };
    if (kind === "images") sizes.n = between(sizes.n, 1, roomFor(sizes));
    fig.change(sizes);
  };
  const sizes = Object.fromEntries(fig.constants.sizes.map((name) =>
    [name, sizer((value) => resize({ [name]: value }))]));
  // What was typed and is no size, or not yet, goes back to the size that counts.
  for (const { typed } of Object.values(sizes)) {
    typed.addEventListener("change", () => { typed.value = ""; fig.redraw(); });
  }
  const log = html("input", { type: "checkbox" });
  const logWord = html("span");
  log.addEventListener("change", () => fig.look({ log: log.checked }));
  const restore = button(() => fig.change({ ...first }), { class: "fig-button fig-arrow" });
  const name = html("strong");
  const inner = html("span", { class: "fig-sizes" });
  const lines = Object.fromEntries(PARTS.map((part) => [part,
    html("p", { class: "fig-formula" }, html("span"), html("span", { class: "fig-equation" }))]));
  const panel = html("div", { class: "fig-panel" }, name, inner, ...Object.values(lines));
  fig.root.append(html("div", { class: "fig-controls" }, ...Object.values(sizes).map((s) => s.row),
    restore), svg, html("label", { class: "fig-check" }, log, logWord), panel);

  const rows = new Map();
  const choose = (layer) => fig.look({ layer });
  grid(svg, () => [layers.indexOf(fig.settings.layer), 0], (row) => {
    const layer = layers[between(row, 0, layers.length - 1)];
    choose(layer);
    return rows.get(layer);
  });

  const words = (layer) => {
    const cost = fig.values[layer];
    return cost
      ? fig.word("row", { layer: fig.word(layer),
        ...Object.fromEntries(PARTS.map((part) => [part, grouped(cost[part])])) })
      : fig.word("missing", { layer: fig.word(layer), H: grouped(terms(fig.settings, fig.constants).value.H) });
  };

  function bars(part, x, y, width, tall, names) {
    const isLog = fig.settings.log;
    const costs = layers.map((layer) => fig.values[layer]?.[part]);
    const top = Math.max(...costs.filter(Boolean));
    const digits = Math.max(1, Math.ceil(Math.log10(top)));
    // On a bar axis the longest number has its place to the right of the longest bar.
    const room = width - names - (isLog ? 26 : 12 + 7.2 * grouped(top).length);
    const zero = x + names;
    const end = y + 10 + tall * layers.length;
    draw(`${part} title`, "text", { x: names ? x : zero, y: y - 4, class: "word strong" },
      fig.word(part));
    if (isLog) {
      for (let d = 0; d <= digits; d++) {
        const at = zero + room * d / digits;
        draw(`${part} line ${d}`, "line", { class: "axis", x1: at, x2: at, y1: y + 6, y2: end });
        if (d % 3 === 0) {
          draw(`${part} tick ${d}`, "text", { class: "value small faint", x: at, y: end + 14 },
            d ? `10${[...String(d)].map((z) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[z]).join("")}` : "1");
        }
      }
    } else {
      draw(`${part} zero`, "line", { class: "axis", x1: zero, x2: zero, y1: y + 6, y2: end });
      draw(`${part} tick`, "text", { class: "value small faint", x: zero, y: end + 14 }, "0");
    }
    layers.forEach((layer, n) => {
      const middle = y + 10 + tall * (n + 0.5);
      if (names) {
        draw(`${part} ${layer} name`, "text", { x, y: middle + 5, class: "word" }, fig.word(layer));
      }
      const count = costs[n];
      const text = count ? grouped(count) : "—";
      const length = !count ? 0 : isLog ? room * Math.log10(count) / digits : room * count / top;
      if (isLog) {
        // A bar needs a zero and a logarithm has none, so here are points.
        if (count) {
          draw(`${part} ${layer} dot`, "circle", { cx: zero + length, cy: middle, r: 6, class: "cost-dot" });
        }
        const isLeft = length > room / 2;
        draw(`${part} ${layer} text`, "text", { x: zero + length + (isLeft ? -11 : 11),
          y: middle + 4, class: `word over ${isLeft ? "right" : ""}` }, text);
      } else {
        if (count) {
          draw(`${part} ${layer} bar`, "rect", { x: zero, y: middle - tall / 2 + 5, width: length,
            height: tall - 10, class: "cost" });
        }
        draw(`${part} ${layer} text`, "text", { x: zero + length + 6, y: middle + 4,
          class: "word" }, text);
      }
    });
    return end + 20;
  }

  function update(width) {
    const wide = width >= 600;
    const { layer: chosen } = fig.settings;
    const tall = wide ? 31 : 29, names = wide ? 96 : 92, top = 20;
    const height = 10 + tall * layers.length + 20;
    const tops = wide ? [top, top] : [top, top + height + 22];
    // What is chosen lies below the bars, what is clicked above.
    PARTS.forEach((part, n) => {
      if (wide && n) return;
      draw(`${part} now`, "rect", { class: "now", rx: 6, x: 1, width: width - 2, height: tall - 2,
        y: tops[n] + 11 + tall * layers.indexOf(chosen) });
    });
    const half = (width - names - 16) / 2;
    if (wide) {
      bars("parameters", 6, top, names + half, tall, names);
      bars("multiply_adds", names + half + 16, top, half, tall, 0);
    } else {
      PARTS.forEach((part, n) => bars(part, 6, tops[n], width - 6, tall, names));
    }
    layers.forEach((layer, n) => PARTS.forEach((part, p) => {
      if (wide && p) return;
      // Once for the keys and for those who listen; the second list of a phone is for the finger.
      const node = draw(`${part} ${layer} hit`, "rect", { class: "hit", x: 0, width, height: tall,
        y: tops[p] + 10 + tall * n, ...(p ? { "aria-hidden": "true" } : { role: "button",
          "aria-pressed": layer === chosen, "aria-label": words(layer),
          tabindex: layer === chosen ? 0 : -1 }) });
      if (!node.dataset.layer) {
        node.dataset.layer = layer;
        node.addEventListener("click", () => choose(layer));
      }
      if (!p) rows.set(layer, node);
    }));
    draw.done(width, wide ? top + height : tops[1] + height);

    // --- the formula of the chosen layer ---
    const { sums, value } = terms(fig.settings, fig.constants);
    name.textContent = fig.word(chosen);
    inner.textContent = kind === "images" && ["dense", "rnn", "gru", "lstm", "lstmp"].includes(chosen)
      ? `I = c n² = ${grouped(value.I)}, H = c′ n² = ${grouped(value.H)}` : "";
    for (const part of PARTS) {
      const [label, equation] = lines[part].children;
      label.textContent = fig.word(part);
      const sum = sums[chosen]?.[part];
      const spell = (say) => sum.map((factors) => factors.map(say).join(" · ")).join(" + ");
      equation.textContent = sum
        ? `${spell((x) => x)} = ${spell((x) => grouped(value[x]))} = ${grouped(total(sum, value))}`
        : "—";
    }
    for (const [size, control] of Object.entries(sizes)) {
      const [least, largest] = bounds[size];
      control.update({ label: fig.word(size), value: fig.settings[size], least, isOdd: size === "s",
        most: size === "n" ? roomFor(fig.settings) : largest });
    }
    log.checked = fig.settings.log;
    logWord.textContent = fig.word("log");
    restore.textContent = "↺";
    restore.setAttribute("aria-label", fig.word("restore"));
    restore.title = fig.word("restore");
    svg.setAttribute("aria-label", fig.word("rows"));
    const cost = fig.values[chosen], { dense } = fig.values;
    if (!cost || chosen === "dense") return words(chosen);
    const compared = PARTS.map((part, n) => {
      const { words: told, times } = ratio(cost[part], dense[part]);
      return [part, fig.word(told[n], { times })];
    });
    return fig.word("says", { layer: fig.word(chosen), ...Object.fromEntries(compared) });
  }
  return { update };
}

export default figure({ forward, build });
