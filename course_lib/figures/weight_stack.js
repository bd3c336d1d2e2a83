// Weight stack: the parameters of an LSTM as stacked row blocks, one square for each of them.
import { between, canvas, figure, grid, html, pen, slider } from "./base.js";

const GATES = ["i", "f", "g", "o"];
const TENSORS = ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"];
const product = (shape) => shape.reduce((a, b) => a * b, 1);

export function forward({ I, H, P, projection }) {
  const shapesOf = (fed) => ({
    weight_ih_l0: [4 * H, I], weight_hh_l0: [4 * H, fed], bias_ih_l0: [4 * H], bias_hh_l0: [4 * H],
  });
  const shapes = shapesOf(projection ? P : H);
  if (projection) shapes.weight_hr_l0 = [P, H];
  const counts = Object.fromEntries(Object.entries(shapes).map(([name, s]) => [name, product(s)]));
  const total = (sizes) => sizes.reduce((a, b) => a + b, 0);
  return { shapes, counts, total: total(Object.values(counts)),
    without: total(Object.values(shapesOf(H)).map(product)) };
}

function build(fig) {
  const most = fig.constants.largest;
  const svg = canvas({ role: "group", class: "fig-stack" });
  const draw = pen(svg);
  const resize = (name) => (value) => {
    const sizes = { ...fig.settings, [name]: value };
    sizes.P = between(sizes.P, 1, sizes.H - 1);
    fig.change(sizes);
  };
  const sliders = Object.fromEntries(["I", "H", "P"].map((name) => [name, slider(resize(name))]));
  const projection = html("input", { type: "checkbox" });
  const projectionWord = html("span");
  projection.addEventListener("change", () => {
    const gone = !projection.checked && fig.settings.tensor === "weight_hr";
    fig.change({ projection: projection.checked, ...(gone ? { tensor: "weight_hh" } : {}) });
  });
  const gate = html("strong");
  const equation = html("p", { class: "fig-equation" });
  const code = html("code");
  const shape = html("span", { class: "fig-shape" });
  const total = html("p", { class: "fig-total" });
  const states = html("code", { class: "fig-states" });
  const legend = html("p", { class: "fig-legend" });
  const panel = html("div", { class: "fig-panel" }, gate, equation,
    html("p", { class: "fig-slice" }, code, shape), total, states);
  fig.root.append(
    html("div", { class: "fig-controls" },
      html("label", { class: "fig-check" }, projection, projectionWord),
      ...Object.values(sliders).map((s) => s.row)),
    svg, legend, panel);

  const blocks = new Map();
  const shown = () => TENSORS.filter((name) => `${name}_l0` in fig.values.shapes);
  const choose = (tensor, gateName) => fig.look({ tensor, gate: gateName });
  grid(svg,
    () => [GATES.indexOf(fig.settings.gate), shown().indexOf(fig.settings.tensor)],
    (row, column) => {
      const tensor = shown()[between(column, 0, shown().length - 1)];
      const name = GATES[between(row, 0, GATES.length - 1)];
      choose(tensor, name);
      return blocks.get(tensor === "weight_hr" ? "weight_hr r" : `${tensor} ${name}`);
    });

  function block(tensor, name, x, y, width, height) {
    const key = `${tensor} ${name}`;
    const isChosen = fig.settings.tensor === tensor && (name === "r" || fig.settings.gate === name);
    const node = draw(key, "rect", {
      x, y, width, height, class: `block gate-${name} ${isChosen ? "is-chosen" : ""}`,
      role: "button", "aria-pressed": isChosen, tabindex: isChosen ? 0 : -1,
      "aria-label": fig.word("block", { gate: fig.word(name), tensor: `${tensor}_l0` }),
    });
    if (blocks.get(key) !== node) {
      blocks.set(key, node);
      const take = () => choose(tensor, name === "r" ? fig.settings.gate : name);
      node.addEventListener("pointerenter", take);
      node.addEventListener("click", take);
    }
  }

  function update(width) {
    const { I, H, P, tensor, gate: chosen } = fig.settings;
    const isProjected = fig.settings.projection;
    const wide = width >= 600;
    const { shapes, counts } = fig.values;
    // One scale for all tensors, and the same with and without projection: areas may be compared.
    const left = wide ? 40 : 18, gap = wide ? 16 : 6, least = wide ? 92 : 46;
    const columns = [I, H, 1, 1, H];
    const slot = (n, u) => Math.max(n * u, least);
    const fits = (u) => left + columns.reduce((sum, n) => sum + slot(n, u) + gap, -gap) <= width &&
      4 * H * u <= 300;
    let unit = 15;
    while (unit > 2 && !fits(unit)) unit -= 0.25;
    const top = wide ? 44 : 58;
    let x = left;
    TENSORS.forEach((name, n) => {
      const full = `${name}_l0`;
      const size = shapes[full];
      if (size) {
        const [rows, cols = 1] = size;
        const [w, h] = [cols * unit, rows * unit];
        const lines = wide ? [full] : full.split(/(?<=^[a-z]+_)/);
        lines.forEach((line, l) => draw(`${name} title ${l}`, "text",
          { x, y: 14 + 14 * l, class: "code" }, line));
        draw(`${name} shape`, "text", { x, y: top - 12, class: "code faint" },
          size.length > 1 ? size.join("×") : `${size[0]}`);
        if (name === "weight_hh" && isProjected) {
          draw("ghost", "rect", { x, y: top, width: H * unit, height: h, class: "ghost" });
        }
        const parts = name === "weight_hr" ? ["r"] : GATES;
        parts.forEach((part, g) => {
          const tall = h / parts.length;
          block(name, part, x, top + g * tall, w, tall);
          if (n === 0) {
            draw(`letter ${part}`, "text",
              { x: left - (wide ? 22 : 14), y: top + (g + 0.5) * tall + 5, class: "name" }, part);
          }
        });
        draw(`${name} lines`, "path", { class: "lines", d: squares(x, top, w, h, unit) });
      }
      x += slot(columns[n], unit) + gap;
    });
    // The outline of the chosen block lies above the lines between the squares.
    const [rows, cols = 1] = shapes[`${tensor}_l0`];
    const part = tensor === "weight_hr" ? rows : rows / 4;
    const at = tensor === "weight_hr" ? 0 : GATES.indexOf(chosen);
    const before = TENSORS.indexOf(tensor);
    const chosenX = left + columns.slice(0, before).reduce((s, n) => s + slot(n, unit) + gap, 0);
    draw("z chosen", "rect", { class: "chosen", x: chosenX, y: top + at * part * unit,
      width: cols * unit, height: part * unit });
    draw.done(width, top + 306);

    // --- what the chosen block is ---
    const what = tensor === "weight_hr" ? "r" : chosen;
    gate.textContent = fig.word(what);
    gate.className = `gate-${what}`;
    equation.innerHTML = formula(what, tensor);
    code.textContent = what === "r" ? "weight_hr_l0"
      : `${tensor}_l0[${GATES.indexOf(chosen)}*H:${GATES.indexOf(chosen) + 1}*H]`;
    const sliced = cols === 1 && tensor.startsWith("bias") ? `(${part},)` : `(${part}, ${cols})`;
    shape.textContent = ` → ${sliced}`;
    const sums = Object.values(shapes).map((s) => s.join("·")).join(" + ");
    const all = isProjected
      ? fig.word("without", { total: fig.values.total, without: fig.values.without })
      : fig.word("total", { total: fig.values.total });
    total.textContent = `${sums} = ${fig.values.total}`;
    states.textContent = `h_n (…, ${isProjected ? P : H})   c_n (…, ${H})`;

    projection.checked = isProjected;
    projectionWord.textContent = fig.word("projection");
    sliders.I.update({ label: fig.word("I"), min: 1, max: most, value: I });
    sliders.H.update({ label: fig.word("H"), min: 2, max: most, value: H });
    sliders.P.update({ label: fig.word("P"), min: 1, max: H - 1, value: P });
    sliders.P.input.disabled = !isProjected;
    sliders.P.row.classList.toggle("is-off", !isProjected);
    svg.setAttribute("aria-label", fig.word("stack"));
    legend.textContent = `■ ${fig.word("square")}${isProjected ? ` · ${fig.word("ghost")}` : ""}`;
    return fig.word("says", { gate: fig.word(what), rows: part, columns: cols,
      count: counts[`${tensor}_l0`], tensor: `${tensor}_l0`, total: all });
  }
  return { update };
}

// The lines that part the squares.
function squares(x, y, w, h, unit) {
  let d = "";
  for (let n = 1; n < Math.round(w / unit); n++) d += `M${x + n * unit} ${y}v${h}`;
  for (let n = 1; n < Math.round(h / unit); n++) d += `M${x} ${y + n * unit}h${w}`;
  return d;
}

// The gate's equation with the term of the chosen tensor marked.
function formula(what, tensor) {
  const bold = (letter, index) => `<b>${letter}</b><sub>${index}</sub>`;
  const mark = (name, text) => (name === tensor ? `<mark>${text}</mark>` : text);
  const t = "<i>t</i>", before = "<i>t</i>−1";
  if (what === "r") {
    return `${bold("h", t)} = (${bold("o", t)} ⊙ tanh ${bold("c", t)}) ` +
      mark("weight_hr", `${bold("W", "hr")}<sup>⊤</sup>`);
  }
  const squash = what === "g" ? "tanh" : "σ";
  return `${bold(what, t)} = ${squash}(` + [
    `${bold("x", t)} ${mark("weight_ih", `${bold("W", `i${what}`)}<sup>⊤</sup>`)}`,
    mark("bias_ih", bold("b", `i${what}`)),
    `${bold("h", before)} ${mark("weight_hh", `${bold("W", `h${what}`)}<sup>⊤</sup>`)}`,
    mark("bias_hh", bold("b", `h${what}`)),
  ].join(" + ") + ")";
}

export default figure({ forward, build });
