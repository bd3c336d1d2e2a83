// Sliding kernel: the window over a row or an image, and the matrix that computes the same.
import { between, button, canvas, cell, figure, grid, html, number, pen, slider, stepButtons, subscript } from "./base.js";

const BRIGHT = 8; // an output this large has the full colour
const digits = (value) => number(value, 0);

// A row is an image of height 1, its kernel has one row, and nothing is padded above it.
function layout({ dims, kernel, image_kernel, K, padding, stride, dilation, flip }, { input, image }) {
  const x = dims === 1 ? [input] : image;
  const chosen = dims === 1 ? [kernel.slice(0, K)]
    : image_kernel.slice(0, K).map((row) => row.slice(0, K));
  const turned = (list) => [...list].reverse();
  const w = flip ? turned(chosen).map(turned) : chosen;
  const above = dims === 1 ? 0 : padding;
  const count = (size, k, p) => Math.floor((size + 2 * p - dilation * (k - 1) - 1) / stride) + 1;
  const shape = [count(x.length, w.length, above), count(x[0].length, K, padding)];
  // The places of the kernel at position (i, j), some of them on the padding.
  const places = (i, j) => w.flatMap((row, m) => row.map((weight, n) => {
    const r = i * stride - above + m * dilation, c = j * stride - padding + n * dilation;
    const inside = r >= 0 && r < x.length && c >= 0 && c < x[0].length;
    return { r, c, weight, inside, value: inside ? x[r][c] : 0 };
  }));
  return { x, w, shape, places };
}

// y = Σ_m Σ_n w_mn x_{is+md, js+nd}: the products added up, and the weights in the input's places.
export function forward(settings, constants) {
  const { x, shape, places } = layout(settings, constants);
  const [rows, columns] = shape;
  const out = [], matrix = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const row = Array(x.length * x[0].length).fill(0);
      let sum = 0;
      for (const { r, c, weight, inside, value } of places(i, j)) {
        sum += weight * value;
        if (inside) row[r * x[0].length + c] += weight;
      }
      out.push(sum);
      matrix.push(row);
    }
  }
  return { shape: settings.dims === 1 ? [columns] : shape, out, matrix };
}

function build(fig) {
  const { largest, most_padding: most } = fig.constants;
  const set = (patch) => {
    const next = { ...fig.settings, ...patch };
    next.K = between(next.K, 2, next.dims === 1 ? 4 : 3);
    const [rows, columns] = layout(next, fig.constants).shape;
    next.at = between(next.at, 0, rows * columns - 1);
    fig.change(next);
  };
  const step = (by) => set({ at: fig.settings.at + by });

  const kinds = [1, 2].map((dims) => button(() => set({ dims }), { class: "fig-button" }));
  const flip = html("input", { type: "checkbox" });
  const flipWord = html("span");
  flip.addEventListener("change", () => set({ flip: flip.checked }));
  const sliders = Object.fromEntries(["K", "padding", "stride", "dilation", "at"]
    .map((name) => [name, slider((value) => set({ [name]: value }))]));
  const move = stepButtons(fig, step);

  // The kernel as the reader wrote it. One weight is chosen; the slider changes it.
  let chosen = [0, 0];
  const kernel = html("div", { class: "fig-kernel", role: "group" });
  const weights = [0, 1, 2].map((m) => [0, 1, 2, 3].map((n) =>
    button(() => choose(m, n), { class: "fig-button fig-weight" })));
  const width = () => fig.settings.K, height = () => (fig.settings.dims === 1 ? 1 : width());
  const read = (m, n) => (fig.settings.dims === 1 ? fig.settings.kernel[n]
    : fig.settings.image_kernel[m][n]);
  function choose(m, n) {
    chosen = [between(m, 0, height() - 1), between(n, 0, width() - 1)];
    fig.redraw();
    return weights[chosen[0]][chosen[1]];
  }
  grid(kernel, () => chosen, choose);
  const weight = slider((value) => {
    const row = structuredClone(fig.settings.kernel), rows = structuredClone(fig.settings.image_kernel);
    if (fig.settings.dims === 1) row[chosen[1]] = value;
    else rows[chosen[0]][chosen[1]] = value;
    set({ kernel: row, image_kernel: rows });
  });

  const slide = canvas({ class: "fig-slide", role: "img" });
  const matrix = canvas({ class: "fig-matrix", role: "img" });
  const drawSlide = pen(slide), drawMatrix = pen(matrix);
  slide.addEventListener("click", (event) => {
    const at = event.target.closest("[data-at]")?.dataset.at;
    if (at) set({ at: Number(at) });
  });
  const legend = html("p", { class: "fig-legend" });
  fig.root.append(
    html("div", { class: "fig-controls" }, ...kinds, html("label", { class: "fig-check" }, flip, flipWord)),
    html("div", { class: "fig-controls" }, kernel, weight.row,
      html("div", { class: "fig-step" }, move.back, sliders.at.row, move.on)),
    html("div", { class: "fig-controls" },
      ...["K", "padding", "stride", "dilation"].map((name) => sliders[name].row)),
    slide, fig.says, matrix, legend);

  function update(wide) {
    const { settings, values } = fig;
    const { dims, at } = settings;
    const plan = layout(settings, fig.constants);
    const [rows, columns] = plan.shape;
    const here = [Math.floor(at / columns), at % columns];
    const show = { ...plan, settings, values, here, most, largest, width: wide, wide: wide >= 600 };
    if (dims === 1) {
      window1d(drawSlide, show);
      matrix1d(drawMatrix, show);
    } else {
      image2d(drawSlide, show);
      drawMatrix.done(wide, 0);
    }

    kinds[0].textContent = fig.word("row");
    kinds[1].textContent = fig.word("image");
    kinds.forEach((kind, k) => kind.setAttribute("aria-pressed", dims === k + 1));
    flip.checked = settings.flip;
    flipWord.textContent = fig.word("flip");
    sliders.K.update({ label: fig.word("K"), min: 2, max: dims === 1 ? 4 : 3, value: settings.K });
    sliders.padding.update({ label: fig.word("padding"), min: 0, max: most, value: settings.padding });
    sliders.stride.update({ label: fig.word("stride"), min: 1, max: 3, value: settings.stride });
    sliders.dilation.update({ label: fig.word("dilation"), min: 1, max: 2, value: settings.dilation });
    sliders.at.update({ label: fig.word("at"), min: 0, max: rows * columns - 1, value: at,
      text: dims === 1 ? String(at) : `(${here.join(", ")})` });
    move.update(at === 0, at === rows * columns - 1);

    chosen = [between(chosen[0], 0, height() - 1), between(chosen[1], 0, width() - 1)];
    const index = (m, n) => (dims === 1 ? `${n}` : `${m},${n}`);
    const name = (m, n) => (dims === 1 ? subscript("w", n) : `w(${m}, ${n})`);
    kernel.setAttribute("aria-label", fig.word("kernel"));
    kernel.style.setProperty("--columns", width());
    const shown = weights.slice(0, height()).map((row) => row.slice(0, width()));
    const size = `${height()} ${width()}`;
    if (kernel.dataset.size !== size) kernel.replaceChildren(...shown.flat()); // focus stays else
    kernel.dataset.size = size;
    shown.forEach((row, m) => row.forEach((node, n) => {
      const isChosen = m === chosen[0] && n === chosen[1];
      const value = read(m, n);
      node.textContent = digits(value);
      node.tabIndex = isChosen ? 0 : -1;
      node.setAttribute("aria-pressed", isChosen);
      node.setAttribute("aria-label", `${fig.word("weight", { name: name(m, n) })}: ${digits(value)}`);
      node.style.setProperty("--sign", `var(--fig-${value < 0 ? "neg" : "pos"})`);
      node.style.setProperty("--shade", `${Math.round(Math.abs(value) / largest * 100)}%`);
    }));
    const value = read(...chosen);
    weight.update({ label: fig.word("weight", { name: name(...chosen) }),
      sign: [html("b", {}, "w"), html("sub", {}, index(...chosen))],
      min: -largest, max: largest, value, text: digits(value) });

    legend.textContent = fig.word("legend");
    const signed = (v) => (v < 0 ? `(${digits(v)})` : digits(v));
    const terms = plan.places(...here).map((p) => `${signed(p.weight)}·${signed(p.value)}`);
    const target = dims === 1 ? subscript("y", at) : `y(${here.join(", ")})`;
    const sentence = fig.word("says", {
      kind: settings.flip ? fig.word("conv") : fig.word("corr"),
      sum: `${target} = ${terms.join(" + ")} = ${digits(values.out[at])}`,
      size: dims === 1 ? plan.x[0].length : `${plan.x.length} × ${plan.x[0].length}`,
      out: values.shape.join(" × "),
    });
    slide.setAttribute("aria-label", `${fig.word("title")}. ${sentence}`);
    matrix.setAttribute("aria-label", fig.word("legend"));
    return sentence;
  }
  return { update };
}

// A number on the padding: a zero in a dashed box.
function padded(draw, key, x, y, w, h, text, size = "", shift = [0, 4]) {
  draw(`${key} box`, "rect", { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 4, class: "pad" });
  draw(`${key} text`, "text", { x: x + shift[0], y: y + shift[1], class: `value faint ${size}` }, text);
}

// The row: input, kernel where the window stands, products, outputs under their windows.
function window1d(draw, s) {
  const { x: [x], w: [w], settings, values, here: [, at], most, largest } = s;
  const { padding: p, stride, dilation: d } = settings;
  const L = x.length, K = w.length, size = s.wide ? "" : "phone";
  const left = s.wide ? 34 : 18;
  const u = Math.min(46, (s.width - left) / (L + 2 * most)), tall = 30;
  const x0 = Math.max(left, (s.width - u * (L + 2 * most)) / 2);
  const X = (column) => x0 + (column + most + 0.5) * u;
  const yx = 23, yw = 61, yp = 92, yy = 142;
  const first = at * stride - p, centre = X(first + d * (K - 1) / 2);
  draw("now", "rect", { class: "now", rx: 8, x: X(first) - u / 2 - 1, y: 3,
    width: (d * (K - 1) + 1) * u + 2, height: yw + tall / 2 });
  [["x", yx], ["w", yw], ["y", yy]].forEach(([letter, y]) =>
    draw.maths(`name ${letter}`, letter, { class: "name", x: x0 - left + 2, y: y + 5 }));
  for (let c = -p; c < L + p; c++) {
    const key = `x ${c}`, isInside = c >= 0 && c < L;
    if (isInside) cell(draw, key, X(c), yx, u - 3, tall, x[c], { size, full: largest, digits: 0 });
    else padded(draw, `${key} pad`, X(c), yx, u - 3, tall, "0", size);
  }
  s.places(0, at).forEach(({ c, weight, value }, m) => {
    draw(`wire ${m}`, "line", { class: "wire", x1: X(c), y1: yp + 6, x2: centre, y2: yy - tall / 2 });
    cell(draw, `w ${m}`, X(c), yw, u - 3, tall, weight, { size, full: largest, digits: 0 });
    draw(`p ${m}`, "text", { class: `value over ${size}`, x: X(c), y: yp + 2 }, digits(weight * value));
  });
  values.out.forEach((y, n) => {
    const middle = X(n * stride - p + d * (K - 1) / 2);
    cell(draw, `y ${n}`, middle, yy, u - 3, tall, y,
      { size, full: BRIGHT, digits: 0, class: n === at ? "is-result" : "" });
    draw(`hit ${n}`, "rect", { class: "hit", "data-at": n, x: middle - u / 2, y: yy - 22, width: u,
      height: 44 });
  });
  draw.done(s.width, yy + tall / 2 + 8);
}

// M · x = y in numbers. Weights that meet the padding stand outside the brackets, in dashed boxes.
function matrix1d(draw, s) {
  const { x: [x], values, here: [, at], most, largest, settings } = s;
  const { padding: p } = settings;
  const L = x.length, R = values.out.length, size = s.wide ? "" : "phone";
  const sign = s.wide ? 26 : 12, tall = 25;
  const v = Math.min(40, (s.width - 2 * sign) / (L + 2 * most + 2));
  const x0 = (s.width - v * (L + 2 * most + 2) - 2 * sign) / 2;
  const X = (column) => x0 + (column + most + 0.5) * v;
  const xVector = X(L + most) + sign, xOut = xVector + v + sign;
  const room = Math.max(R, L) * tall, top = 28;
  const y = (n, of) => top + (room - of * tall) / 2 + (n + 0.5) * tall;
  const put = (key, text, px, py) => draw.maths(key, text, { class: "name mid", x: px, y: py });
  put("M", "M", X((L - 1) / 2), 16);
  put("x", "x", xVector, 16);
  put("y", "y", xOut, 16);
  for (let r = 0; r < R; r++) {
    const places = new Map(s.places(0, r).map((place) => [place.c, place]));
    for (let c = -p; c < L + p; c++) {
      const key = `m ${r} ${c}`, place = places.get(c);
      if (place?.inside) {
        cell(draw, key, X(c), y(r, R), v - 2, tall - 2, place.weight, { size, full: largest, digits: 0 });
      } else if (place) {
        padded(draw, `${key} pad`, X(c), y(r, R), v - 2, tall - 2, digits(place.weight), size);
      } else if (c >= 0 && c < L) {
        draw(`${key} blank`, "rect", { class: "blank", x: X(c) - v / 2 + 1, y: y(r, R) - tall / 2 + 1,
          width: v - 2, height: tall - 2, rx: 4 });
      }
    }
    cell(draw, `y ${r}`, xOut, y(r, R), v - 2, tall - 2, values.out[r],
      { size, full: BRIGHT, digits: 0, class: r === at ? "is-result" : "" });
  }
  x.forEach((value, c) => cell(draw, `x ${c}`, xVector, y(c, L), v - 2, tall - 2, value,
    { size, full: largest, digits: 0 }));
  for (const [key, edge, turn] of [["left", X(0) - v / 2 - 2, 5], ["right", X(L - 1) + v / 2 + 2, -5]]) {
    const [from, to] = [y(0, R) - tall / 2 - 2, y(R - 1, R) + tall / 2 + 2];
    draw(`bracket ${key}`, "path", { class: "bracket", d: `M${edge + turn} ${from}H${edge}V${to}H${edge + turn}` });
  }
  const row = draw("z now", "rect", { class: "frame", rx: 6, x: X(-p) - v / 2 - 2,
    y: y(at, R) - tall / 2 - 1, width: (L + 2 * p) * v + 4, height: tall + 2 });
  row.parentNode.append(row); // over the boxes
  const middle = top + room / 2 + 5;
  put("dot", "·", xVector - v / 2 - sign / 2, middle);
  put("is", "=", xOut - v / 2 - sign / 2, middle);
  draw.done(s.width, top + room + 8);
}

// The image: input with its window, output, and the matrix as a picture of its own.
function image2d(draw, s) {
  const { x, settings, values, here, most, largest } = s;
  const { padding: p, K, dilation: d, stride } = settings;
  const N = x.length, side = N + 2 * most;
  const [rows, columns] = s.shape, inputs = N * N;
  const gap = s.wide ? 26 : 14, least = 5; // px of a weight in the matrix of most rows
  const u = s.wide ? Math.min(28, (s.width - 2 * gap - inputs * least) / (2 * side))
    : (s.width - gap - inputs * least) / side;
  const size = u < 24 ? "phone" : "";
  const top = 26, box = u - 2;
  const [outX, outY] = s.wide ? [side * u + gap, top] : [0, top + side * u + 30];
  const mX = s.wide ? outX + side * u + gap : side * u + gap;
  const dot = Math.min(8, (s.width - mX - 2) / inputs, Math.max(least, 320 / (rows * columns)));
  const X = (c) => (c + most + 0.5) * u, Y = (r) => top + (r + most + 0.5) * u;
  draw.maths("x", "x", { class: "name", x: 0, y: 16 });
  draw.maths("y", "y", { class: "name", x: outX, y: outY - 10 });
  draw.maths("M", "M", { class: "name", x: mX, y: 16 });
  // Under the window a number leaves the lower half of its box to the weight, where both fit.
  const places = s.places(...here);
  const hasWeights = u >= 26;
  const covered = new Set(hasWeights ? places.map(({ r, c }) => `${r} ${c}`) : []);
  for (let r = -p; r < N + p; r++) {
    for (let c = -p; c < N + p; c++) {
      const value = x[r]?.[c], shift = covered.has(`${r} ${c}`) ? [-box / 4, -1] : [0, 4];
      if (value === undefined) padded(draw, `x ${r} ${c} pad`, X(c), Y(r), box, box, "0", size, shift);
      else cell(draw, `x ${r} ${c}`, X(c), Y(r), box, box, value, { size, full: largest, digits: 0, shift });
    }
  }
  // The window lies over the numbers: it is drawn last, in a layer of its own.
  const layer = draw("z layer", "g", {});
  places.forEach(({ r, c, weight }, n) => {
    draw(`z place ${n}`, "rect", { class: "place", x: X(c) - box / 2, y: Y(r) - box / 2, width: box,
      height: box, rx: 4 }, undefined, layer);
    if (hasWeights) {
      draw(`z weight ${n}`, "text", { class: "corner", x: X(c) + box / 2 - 2, y: Y(r) + box / 2 - 3 },
        `×${digits(weight)}`, layer);
    }
  });
  const span = (d * (K - 1) + 1) * u;
  draw("z window", "rect", { class: "frame", rx: 6, x: X(places[0].c) - u / 2, y: Y(places[0].r) - u / 2,
    width: span, height: span }, undefined, layer);
  layer.parentNode.append(layer);

  // Each output lies where the middle of its window is, so that x and y have one geometry.
  const middle = (n) => (n * stride - p + d * (K - 1) / 2 + most + 0.5) * u;
  values.out.forEach((value, n) => {
    const px = outX + middle(n % columns), py = outY + middle(Math.floor(n / columns));
    const isHere = n === settings.at;
    cell(draw, `y ${n}`, px, py, box, box, value,
      { size, full: BRIGHT, digits: 0, class: isHere ? "is-moved" : "" });
    draw(`hit ${n}`, "rect", { class: "hit", "data-at": n, x: px - u / 2, y: py - u / 2, width: u, height: u });
  });
  draw("m ground", "rect", { class: "blank", x: mX, y: top, width: inputs * dot, height: rows * columns * dot });
  // Every fifth line: where a row of the image, or of the output, begins.
  let lines = "";
  for (let c = 1; c < N; c++) lines += `M${mX + c * N * dot} ${top}v${rows * columns * dot}`;
  for (let r = 1; r < rows; r++) lines += `M${mX} ${top + r * columns * dot}h${inputs * dot}`;
  draw("m lines", "path", { class: "thin", d: lines });
  values.matrix.forEach((row, r) => row.forEach((value, c) => {
    if (!value) return;
    draw(`m ${r} ${c}`, "rect", { class: `dot ${value < 0 ? "neg" : "pos"}`, x: mX + c * dot,
      y: top + r * dot, width: dot, height: dot, "fill-opacity": 0.4 + 0.6 * Math.abs(value) / largest });
  }));
  const mark = draw("m now", "rect", { class: "chosen", x: mX - 2, y: top + settings.at * dot - 2,
    width: inputs * dot + 4, height: dot + 4 });
  mark.parentNode.append(mark);
  const tallest = top + (side - 1) ** 2 * least; // K is 2 at least
  draw.done(s.width, Math.max(outY + side * u, tallest) + 6);
}

export default figure({ forward, build });
