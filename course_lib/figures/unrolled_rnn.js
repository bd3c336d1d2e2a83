// Unrolled RNN: one cell, T calls. The strip shows all of them, the sum below one in numbers.
import { arrow, between, button, canvas, cell, figure, html, number, pen, slider, stepButtons, subscript } from "./base.js";

const MOVED = 1e-9; // less is the rounding of the arithmetic, not a change

const times = (row, matrix) => matrix[0].map((_, k) =>
  row.reduce((sum, value, j) => sum + value * matrix[j][k], 0));

// h_t = tanh(x_t W^xh + h_{t-1} W^hh + b)
export function forward({ x }, { w_xh, w_hh, b }) {
  const values = { h: [], from_x: [], from_h: [], sum: [] };
  let h = b.map(() => 0);
  for (const x_t of x) {
    const from_x = times(x_t, w_xh), from_h = times(h, w_hh);
    const sum = b.map((b_k, k) => from_x[k] + from_h[k] + b_k);
    h = sum.map(Math.tanh);
    values.from_x.push(from_x);
    values.from_h.push(from_h);
    values.sum.push(sum);
    values.h.push(h);
  }
  return values;
}

function build(fig) {
  const { x: first, w_xh, w_hh, b, largest } = fig.constants;
  const T = first.length, I = first[0].length, H = b.length;
  const before = forward({ x: first }, fig.constants);

  const strip = canvas({ class: "fig-strip", role: "img" });
  const sums = canvas({ class: "fig-sums", role: "img" });
  const drawStrip = pen(strip), drawSums = pen(sums);
  const show = (t) => fig.look({ t: between(t, 1, T) });
  const move = stepButtons(fig, (by) => show(fig.settings.t + by));
  const step = slider(show);
  const inputs = first[0].map((_, j) => slider((value) => {
    const x = structuredClone(fig.settings.x);
    x[fig.settings.t - 1][j] = value;
    fig.change({ x });
  }));
  const restore = button(() => fig.change({ x: first }), { class: "fig-button fig-arrow" });
  const legend = html("p", { class: "fig-legend" });
  fig.root.append(strip, legend,
    html("div", { class: "fig-controls" },
      html("div", { class: "fig-step" }, move.back, step.row, move.on),
      ...inputs.map((s) => s.row), restore),
    fig.says, sums);
  strip.addEventListener("click", (event) => {
    const t = event.target.closest("[data-t]")?.dataset.t;
    if (t) show(Number(t));
  });

  function update(width) {
    const wide = width >= 600;
    const { x, t: now } = fig.settings;
    const { h } = fig.values;
    const moved = h.map((h_t, t) => Math.hypot(...h_t.map((v, k) => v - before.h[t][k])));
    const touched = x.map((x_t, t) => x_t.some((v, j) => v !== first[t][j]));

    // --- the unrolled network ---
    const left = wide ? 64 : 22, right = wide ? 10 : 0;
    const column = (width - left - right) / (T + 1);
    const w = Math.min(52, column - (wide ? 34 : 9)), tall = 26;
    const top = 12, yx = top + H * tall + 40, yt = yx + I * tall + 22, yd = yt + 68;
    const at = (t) => left + column * (t + 0.5);
    const size = wide ? "" : "phone";
    drawStrip("now", "rect", { class: "now", rx: 8, x: at(now) - column / 2, y: 2, width: column,
      height: yd + 6 });
    const label = (text, y) => drawStrip.maths(`name ${text}`, text,
      { class: "name", x: wide ? 8 : 0, y });
    label("h_t", top + H * tall / 2 + 5);
    label("x_t", yx + I * tall / 2 + 5);
    label("_t", yt - 4);
    label("‖Δh_t‖", yd - 16);
    // Bars on one axis from 0; its top is 1, or 2, or 3 when a change is that large.
    const most = Math.max(1, Math.ceil(Math.max(...moved)));
    for (const [mark, y] of [[0, yd], [most, yd - 44]]) {
      drawStrip(`axis ${mark ? "top" : "zero"}`, "line",
        { class: "axis", x1: at(1) - column / 2, x2: width - right, y1: y, y2: y });
      drawStrip(`tick ${mark ? "top" : "zero"}`, "text",
        { class: "tick", x: at(1) - column / 2 - 4, y: y + 4 }, String(mark));
    }
    for (let t = 0; t <= T; t++) {
      const X = at(t);
      if (t) {
        arrow(drawStrip, `h ${t}`, at(t - 1) + w / 2 + 1, top + H * tall / 2, X - w / 2 - 1,
          top + H * tall / 2);
        arrow(drawStrip, `x ${t}`, X, yx - 2, X, top + H * tall + 2);
      }
      for (let k = 0; k < H; k++) {
        const value = t ? h[t - 1][k] : 0;
        const isMoved = t && Math.abs(value - before.h[t - 1][k]) > MOVED;
        cell(drawStrip, `h ${t} ${k}`, X, top + (k + 0.5) * tall, w, tall - 2, value,
          { size, class: isMoved ? "is-moved" : "" });
      }
      for (let j = 0; t && j < I; j++) {
        const value = x[t - 1][j];
        cell(drawStrip, `x ${t} ${j}`, X, yx + (j + 0.5) * tall, w, tall - 2, value,
          { size, full: largest, class: value !== first[t - 1][j] ? "is-moved" : "" });
      }
      drawStrip(`t ${t}`, "text", { class: "value faint", x: X, y: yt }, String(t));
      if (!t) continue;
      const bar = moved[t - 1] / most * 44;
      drawStrip(`bar ${t}`, "rect", { class: "bar", x: X - w / 4, y: yd - bar, width: w / 2,
        height: bar });
      drawStrip(`bar ${t} text`, "text", { class: "value small over", x: X,
        y: Math.min(yd - bar - 4, yd - 4) }, moved[t - 1] > MOVED ? number(moved[t - 1]) : "0");
      drawStrip(`hit ${t}`, "rect", { class: "hit", "data-t": t, x: X - column / 2, y: 0,
        width: column, height: yd + 8 });
    }
    drawStrip.done(width, yd + 12);

    // --- the sum of the step shown ---
    sum(drawSums, width, wide, { t: now, x_t: x[now - 1], h_before: now > 1 ? h[now - 2] :
      b.map(() => 0), from_x: fig.values.from_x[now - 1], from_h: fig.values.from_h[now - 1],
    total: fig.values.sum[now - 1], h_t: h[now - 1], w_xh, w_hh, b });

    step.update({ label: fig.word("step"), min: 1, max: T, value: now, text: `${now} / ${T}` });
    move.update(now === 1, now === T);
    inputs.forEach((s, j) => {
      s.update({ label: fig.word("input", { name: subscript("x", now), j: j + 1 }),
        sign: [html("b", {}, "x"), html("sub", {}, `${now},${j + 1}`)], min: -largest, max: largest, step: 0.1,
        value: x[now - 1][j], text: number(x[now - 1][j]) });
    });
    legend.textContent = fig.word("legend");
    restore.textContent = "↺";
    restore.setAttribute("aria-label", fig.word("restore"));
    restore.title = fig.word("restore");
    restore.setAttribute("aria-disabled", !touched.some(Boolean));

    const list = (keep) => fig.list(moved.map((d, t) => keep(d > MOVED) && subscript("h", t + 1))
      .filter(Boolean)) || fig.word("none");
    const sentence = touched.some(Boolean)
      ? fig.word("says", { steps: fig.list(touched.map((yes, t) => yes && t + 1).filter(Boolean)),
        changed: list((yes) => yes), same: list((yes) => !yes) })
      : fig.word("same", { t: now, T });
    const equation = `${subscript("h", now)} = [${h[now - 1].map((v) => number(v)).join(", ")}]`;
    strip.setAttribute("aria-label", `${fig.word("title")}. ${sentence}`);
    sums.setAttribute("aria-label", equation);
    return sentence;
  }
  return { update };
}

// x_t W^xh, h_{t-1} W^hh and b, set under each other like a sum on paper.
function sum(draw, width, wide, s) {
  const H = s.b.length, I = s.x_t.length;
  const most = Math.max(I, H);
  const sign = wide ? 26 : 13;
  const w = Math.min(50, (width - 2 * sign - (wide ? 60 : 2)) / (most + 2 * H));
  const tall = 25, size = wide ? "" : "phone";
  const total = w * (most + 2 * H) + 2 * sign;
  const x0 = Math.max(0, (width - total) / 2);
  const xVector = x0, xMatrix = x0 + most * w + sign, xResult = xMatrix + H * w + sign;
  const row = (key, values, x, y, options) => values.forEach((value, k) =>
    cell(draw, `${key} ${k}`, x + (k + 0.5) * w, y, w - 2, tall - 2, value, { size, ...options }));
  const put = (key, text, x, y, kind) => draw.maths(key, text, { x, y, class: `name ${kind}` });
  let y = 20;

  const product = (key, vector, matrix, result, names, full, sum = "") => {
    const xv = xVector + (most - vector.length) * w;
    const mid = y + 12 + matrix.length * tall / 2;
    put(`${key} v`, names[0], xv + vector.length * w / 2, y, "mid");
    put(`${key} m`, names[1], xMatrix + H * w / 2, y, "mid");
    put(`${key} p`, `${sum} ${names.join(" ")}`.trim(), xResult + H * w / 2, y, "mid");
    row(`${key} vector`, vector, xv, mid, { full });
    matrix.forEach((line, j) =>
      row(`${key} matrix ${j}`, line, xMatrix, y + 12 + (j + 0.5) * tall));
    row(`${key} product`, result, xResult, mid, {});
    put(`${key} dot`, "·", xMatrix - sign / 2, mid + 5, "mid");
    put(`${key} is`, "=", xResult - sign / 2, mid + 5, "mid");
    y += matrix.length * tall + 36;
  };
  product("x", s.x_t, s.w_xh, s.from_x, [`x_{${s.t}}`, "W^{xh}"], 2);
  product("h", s.h_before, s.w_hh, s.from_h, [`h_{${s.t - 1}}`, "W^{hh}"], 1, "+");
  const lines = [["b", "b", s.b, "+"], ["sum", "Σ", s.total, "="],
    ["new", `h_{${s.t}} = tanh`, s.h_t, ""]];
  for (const [key, name, values, mark] of lines) {
    if (key === "sum") {
      draw("rule", "line", { class: "rule", x1: xResult - sign, x2: xResult + H * w, y1: y - 13,
        y2: y - 13 });
      y += 4;
    }
    put(`${key} name`, name, xResult - sign - 2, y + 5, "end");
    put(`${key} mark`, mark, xResult - sign / 2, y + 5, "mid");
    row(key, values, xResult, y, key === "new" ? { class: "is-result" } : {});
    y += tall + 4;
  }
  draw.done(width, y);
}

export default figure({ forward, build });
