// Equivariance: drag a digit; the convolution's answer follows, the dense layer's stays.
import { between, button, canvas, figure, html, number, pen } from "./base.js";

const SIZE = 8; // of a digit
const NAMES = ["input", "convolution", "dense"];
const KERNELS = ["upright", "level", "outline", "blur"];

const blank = (side) => Array.from({ length: side }, () => new Array(side).fill(0));
const map = (rows, change) => rows.map((row, i) => row.map((value, j) => change(value, i, j)));
const shifted = (rows, dx, dy) => map(rows, (_, i, j) => rows[i - dy]?.[j - dx] ?? 0);

// out_ij = Σ_kl kernel_kl · in_{i+k-1, j+l-1}, zeros outside
const convolve = (rows, kernel) => map(rows, (_, i, j) => {
  let sum = 0;
  kernel.forEach((line, k) => line.forEach((weight, l) => {
    sum += weight * (rows[i + k - 1]?.[j + l - 1] ?? 0);
  }));
  return sum;
});

const largest = (one, other) => Math.max(...one.map((row, i) =>
  Math.max(...row.map((value, j) => Math.abs(value - other[i][j])))));

function middle(digit, { side, ink }) {
  const field = blank(side), start = (side - SIZE) / 2;
  digit.forEach((row, i) => row.forEach((value, j) => {
    field[start + i][start + j] = value / ink;
  }));
  return field;
}

// The dense layer W = Y G⁻¹ X, without writing its 65 536 numbers down: how much of each digit does
// it find in the field, and the same mixture of the answers it was taught.
function denseLayer(fields, answers, inverse) {
  return (field) => {
    const found = fields.map((digit) => digit.reduce((sum, row, i) =>
      sum + row.reduce((part, value, j) => part + value * field[i][j], 0), 0));
    const share = inverse.map((row) => row.reduce((sum, value, n) => sum + value * found[n], 0));
    return map(field, (_, i, j) => answers.reduce((sum, answer, n) =>
      sum + share[n] * answer[i][j], 0));
  };
}

export function forward({ digit, dx, dy, kernel }, constants) {
  const weights = constants.kernels[kernel];
  const fields = constants.digits.map((image) => middle(image, constants));
  const answers = fields.map((field) => convolve(field, weights));
  const dense = denseLayer(fields, answers, constants.inverse);
  const field = shifted(fields[digit], dx, dy);
  const values = { input: field, convolution: convolve(field, weights), dense: dense(field) };
  values.off_convolution = largest(values.convolution, shifted(answers[digit], dx, dy));
  values.off_dense = largest(values.dense, shifted(dense(fields[digit]), dx, dy));
  return values;
}

function build(fig) {
  const { side, furthest, kernels, digits } = fig.constants;
  const svg = canvas({ class: "fig-equivariance", role: "group" });
  const draw = pen(svg);
  const move = (dx, dy) => {
    const to = { dx: between(dx, -furthest, furthest), dy: between(dy, -furthest, furthest) };
    if (to.dx !== fig.settings.dx || to.dy !== fig.settings.dy) fig.change(to);
  };
  const choices = digits.map((_, digit) => button(() => fig.change({ digit })));
  const looks = KERNELS.map((kernel) => button(() => fig.change({ kernel }),
    { class: "fig-button fig-look" }));
  looks.forEach((node, n) => node.append(thumbnail(kernels[KERNELS[n]])));
  const restore = button(() => move(0, 0), { class: "fig-button fig-arrow" });
  const legend = html("p", { class: "fig-legend" });
  fig.root.append(html("div", { class: "fig-buttons" }, ...choices),
    html("div", { class: "fig-buttons" }, ...looks, restore), svg, legend);

  let held; // where the finger took hold: its place, the shift then, pixels of the page per pixel
  let cell = 1;
  function take(node) {
    node.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, y: event.clientY, ...fig.settings };
      node.setPointerCapture(event.pointerId);
    });
    node.addEventListener("pointermove", (event) => {
      if (!held) return;
      move(held.dx + Math.round((event.clientX - held.x) / cell),
        held.dy + Math.round((event.clientY - held.y) / cell));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      node.addEventListener(end, () => { held = undefined; });
    }
    node.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
        Home: [-fig.settings.dx, -fig.settings.dy] }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      move(fig.settings.dx + step[0], fig.settings.dy + step[1]);
    });
    return node;
  }
  let hand; // the field that is taken hold of

  function panel(name, x, y, size, full) {
    const { dx, dy } = fig.settings;
    const w = size / side;
    const below = draw(`${name} below`, "g"), above = draw(`${name} above`, "g");
    draw(`${name} ground`, "rect", { x, y, width: size, height: size, class: "ground" }, undefined,
      below);
    fig.values[name].forEach((row, i) => row.forEach((value, j) => {
      const strength = Math.min(1, Math.abs(value) / full);
      if (strength < 0.01) return;
      draw(`${name} ${i} ${j}`, "rect", { x: x + j * w, y: y + i * w, width: w, height: w,
        class: value < 0 ? "px neg" : "px pos", "fill-opacity": strength.toFixed(3) },
      undefined, below);
    }));
    const start = (side - SIZE) / 2;
    const [left, right] = [start + dx, start + dx + SIZE].map((n) => between(n, 0, side));
    const [top, bottom] = [start + dy, start + dy + SIZE].map((n) => between(n, 0, side));
    draw(`${name} frame`, "rect", { x: x + left * w, y: y + top * w, width: (right - left) * w,
      height: (bottom - top) * w, class: "digit-frame" }, undefined, above);
    if (name === "input") {
      const node = draw("hand", "rect", { x, y, width: size, height: size, class: "hand reach",
        tabindex: 0, role: "application", "aria-label": fig.word("field") }, undefined, above);
      if (node !== hand) hand = take(node);
      cell = w;
    }
  }

  function update(width) {
    const { digit, dx, dy, kernel } = fig.settings;
    const wide = width >= 600;
    const gap = wide ? 18 : 10, head = 20, foot = 24;
    const small = wide ? (width - 2 * gap) / 3 : (width - gap) / 2;
    const big = wide ? small : Math.min(width * 0.66, 240);
    const answer = convolve(middle(digits[digit], fig.constants), kernels[kernel]);
    const full = largest(answer, blank(side));
    const places = wide
      ? NAMES.map((_, n) => [n * (small + gap), head, small])
      : [[(width - big) / 2, head, big], ...[0, 1].map((n) =>
        [n * (small + gap), big + 2 * head + 22, small])];
    const counts = { input: "", convolution: "9", dense: "65\u202f536" };
    NAMES.forEach((name, n) => {
      const [x, y, size] = places[n];
      // On a phone a title has two lines: who, and how many weights.
      const [who, many] = fig.word(name, { count: counts[name] }).split(/[,，]\s*/);
      const lines = wide || !many ? [fig.word(name, { count: counts[name] })] : [who, many];
      lines.forEach((line, l) => draw(`${name} title ${l}`, "text",
        { x, y: y - 7 - 15 * (lines.length - 1 - l), class: "word" }, line));
      panel(name, x, y, size, name === "input" ? 1 : full);
      if (name === "input") return;
      const sign = wide ? "max |f(TX) − T f(X)| = " : "max |Δ| = ";
      draw(`${name} off`, "text", { x, y: y + size + 17, class: "word" },
        sign + number(fig.values[`off_${name}`]));
    });
    draw.done(width, wide ? head + small + foot : 2 * head + 22 + big + small + foot);

    choices.forEach((node, n) => {
      node.textContent = n;
      node.setAttribute("aria-label", fig.word("digit", { digit: n }));
      node.setAttribute("aria-pressed", n === digit);
    });
    looks.forEach((node, n) => {
      node.setAttribute("aria-label", fig.word(KERNELS[n]));
      node.title = fig.word(KERNELS[n]);
      node.setAttribute("aria-pressed", KERNELS[n] === kernel);
    });
    restore.textContent = "↺";
    restore.setAttribute("aria-label", fig.word("restore"));
    restore.title = fig.word("restore");
    restore.setAttribute("aria-disabled", !dx && !dy);
    legend.textContent = fig.word("legend");

    const apart = largest(fig.values.convolution, fig.values.dense);
    const where = [dx > 0 && fig.word("right", { n: dx }), dx < 0 && fig.word("left", { n: -dx }),
      dy < 0 && fig.word("up", { n: -dy }), dy > 0 && fig.word("down", { n: dy })].filter(Boolean);
    const sentence = where.length
      ? fig.word("says", { where: where.length > 1 ? fig.word("both", { across: where[0], along: where[1] }) : where[0],
        a: number(fig.values.off_convolution),
        b: number(fig.values.off_dense) })
      : fig.word("start", { off: number(apart) });
    svg.setAttribute("aria-label", fig.word("title"));
    return sentence;
  }
  return { update };
}

// A kernel as a button shows it: nine fields, orange above 0, blue below.
function thumbnail(kernel) {
  const svg = canvas({ viewBox: "0 0 30 30", "aria-hidden": "true" });
  const most = Math.max(...kernel.flat().map(Math.abs));
  const draw = pen(svg);
  kernel.forEach((row, i) => row.forEach((weight, j) => draw(`${i} ${j}`, "rect", {
    x: 10 * j, y: 10 * i, width: 10, height: 10, class: `box ${weight < 0 ? "neg" : "pos"}`,
    "fill-opacity": Math.max(Math.abs(weight) / most, weight ? 0.35 : 0),
  })));
  draw.done(30, 30);
  return svg;
}

export default figure({ forward, build });
