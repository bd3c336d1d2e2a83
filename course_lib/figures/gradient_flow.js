// Gradient flow: the gradient at every step on its way back, and what the last state feels.
import { between, canvas, figure, html, pen, slider } from "./base.js";

const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
const norm = (a) => Math.sqrt(dot(a, a));

// h_t = tanh(x_t W_ihᵀ + h_{t-1} W_hhᵀ), and from the last step back:
// da_t = dh_t ⊙ (1 - h_t²), dh_{t-1} = da_t W_hh. The same walk with a matrix gives ∂h_T/∂x_t.
export function forward({ rho, T, size, limit }, { w_hh, w_ih, x, v, least }) {
  const log = (value) => (value > 0 ? Math.max(least, Math.log10(value)) : least);
  const H = v.length;
  const W = w_hh.map((row) => row.map((w) => rho * w)), w_x = w_ih.map(([w]) => w);
  const zeros = () => new Array(H).fill(0);
  const inputs = x.slice(0, T).map((x_t) => size * x_t);
  const h = [];
  for (const x_t of inputs) {
    const before = h.at(-1) ?? zeros();
    h.push(W.map((row, k) => Math.tanh(x_t * w_x[k] + dot(row, before))));
  }
  const through = (row) => { // row · W_hh
    const next = zeros();
    row.forEach((value, k) => W[k].forEach((w, j) => { next[j] += value * w; }));
    return next;
  };
  const grads = new Array(T), feels = new Array(T);
  const d_ih = zeros(), d_b = zeros(), d_hh = W.map(zeros);
  let dh = v;
  let M = W.map((_, k) => zeros().map((zero, j) => (k === j ? 1 : zero))); // ∂h_T/∂h_t
  for (let t = T - 1; t >= 0; t--) {
    const slope = h[t].map((value) => 1 - value * value);
    grads[t] = log(norm(dh));
    const da = dh.map((value, k) => value * slope[k]);
    M = M.map((row) => row.map((value, k) => value * slope[k]));
    feels[t] = log(norm(M.map((row) => dot(row, w_x))));
    da.forEach((value, k) => {
      d_ih[k] += value * inputs[t];
      d_b[k] += value;
      if (t) h[t - 1].forEach((before, j) => { d_hh[k][j] += value * before; });
    });
    dh = through(da);
    M = M.map(through);
  }
  // Both biases have the same gradient.
  const total = norm([...d_ih, ...d_hh.flat(), ...d_b, ...d_b]);
  const scale = limit ? Math.min(1, limit / (total + 1e-6)) : 1;
  return { grads, feels, total: log(total), scale: log(scale) };
}

const superscript = (n) => String(n).replace(/[\d-]/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(d)]);
const power = (n) => (n === 0 ? "1" : `10${superscript(n)}`);

// 10^log with two digits: 0.031, 4.7, 2100, else 3.2·10⁻⁶.
function tell(log) {
  const value = 10 ** log;
  if (log > -2 && log < 4) return String(Number(value.toPrecision(2)));
  const exponent = Math.floor(log), [digits, carry] = (10 ** (log - exponent)).toExponential(1).split("e");
  return `${digits}·10${superscript(exponent + Number(carry))}`;
}

function build(fig) {
  const { rho: [least, most], longest, sizes, limits, axis: [low, high] } = fig.constants;
  const plot = canvas({ class: "fig-flow", role: "img" });
  const draw = pen(plot);
  const choose = (name, list) => slider((n) => fig.change({ [name]: list[n] }));
  const controls = {
    rho: slider((value) => fig.change({ rho: value })),
    T: slider((T) => fig.change({ T, t: Math.min(fig.settings.t, T) })),
    size: choose("size", sizes),
    limit: choose("limit", limits),
    t: slider((t) => look(t)),
  };
  const look = (t) => fig.look({ t: between(t, 1, fig.settings.T) });
  const legend = html("p", { class: "fig-legend" });
  fig.root.append(
    html("div", { class: "fig-controls" }, ...Object.values(controls).map((s) => s.row)),
    plot, legend);
  plot.addEventListener("click", (event) => {
    const t = event.target.closest("[data-t]")?.dataset.t;
    if (t) look(Number(t));
  });

  function update(width) {
    const wide = width >= 600;
    const { rho, T, size, limit, t: now } = fig.settings;
    const { grads, feels, total, scale } = fig.values;
    const left = wide ? 46 : 36, top = 12, tall = wide ? 260 : 220;
    const column = (width - left - 4) / longest;
    const strip = top + tall + 34, deep = 30;
    const X = (t) => left + (t - 0.5) * column;
    const Y = (log) => top + tall * (high - between(log, low, high)) / (high - low);
    const isClipped = scale < -1e-9;
    const side = (log) => (log < low ? 1 : log > high ? -1 : 0);
    // What is off the scale is an arrow head beyond its edge.
    const point = (key, kind, x, log, r) => {
      const y = Y(log), out = side(log);
      if (!out) draw(`${key} dot`, "circle", { class: kind, cx: x, cy: y, r });
      else draw(`${key} out`, "polygon", { class: kind,
        points: `${x - r},${y + out * 2} ${x + r},${y + out * 2} ${x},${y + out * (2 + 2 * r)}` });
    };

    draw("now", "rect", { class: "now", rx: 4, x: X(now) - column / 2, y: 2, width: column,
      height: strip + deep });
    for (let n = low; n <= high; n += 3) {
      draw(`axis ${n}`, "line", { class: "axis", x1: left, x2: width - 4, y1: Y(n), y2: Y(n) });
      draw(`tick ${n}`, "text", { class: "tick", x: left - 5, y: Y(n) + 4 }, power(n));
    }
    draw.maths("name t", "_t", { class: "name", x: wide ? 24 : 14, y: strip - 13 });
    const alone = (t) => Math.log10(rho) * (T - t);
    draw("alone", "line", { class: "guide", x1: X(1), x2: X(T), y1: Y(alone(1)), y2: Y(alone(T)) });
    const strongest = Math.max(...feels);
    for (let t = 1; t <= longest; t++) {
      if (t === 1 || t % 5 === 0) {
        draw(`t ${t}`, "text", { class: "value faint", x: X(t), y: strip - 9 }, String(t));
      }
      if (t > T) continue;
      const box = { x: X(t) - column / 2, y: strip, width: column, height: deep };
      draw(`paper ${t}`, "rect", { ...box, class: "paper" });
      draw(`felt ${t}`, "rect", { ...box, class: "box pos",
        "fill-opacity": (10 ** (feels[t - 1] - strongest)).toFixed(3) });
      const r = wide ? 4.5 : 3.2;
      const log = grads[t - 1], shown = log + scale;
      const out = side(shown);
      // Where both are off the scale on one side, there is nothing to compare.
      if (isClipped && !(out && side(log) === out)) point(`before ${t}`, "hollow", X(t), log, r);
      point(`now ${t}`, "dot", X(t), shown, r);
      draw(`hit ${t}`, "rect", { class: "hit", "data-t": t, x: X(t) - column / 2, y: 0,
        width: column, height: strip + deep });
    }
    draw.done(width, strip + deep + 6);

    controls.rho.update({ label: fig.word("rho"), min: least, max: most, step: 0.05,
      value: rho, text: rho.toFixed(2) });
    controls.T.update({ label: fig.word("T"), min: 2, max: longest, value: T });
    controls.size.update({ label: fig.word("size"), min: 0, max: sizes.length - 1,
      value: sizes.indexOf(size), text: String(size) });
    controls.limit.update({ label: fig.word("limit"), min: 0, max: limits.length - 1,
      value: limits.indexOf(limit), text: limit ? String(limit) : fig.word("off") });
    controls.t.update({ label: fig.word("t"), min: 1, max: T, value: now, text: `${now} / ${T}` });
    legend.textContent = fig.sentences(["legend", "marks"].map((key) => fig.word(key)));

    const log = grads[0] - grads[T - 1], ratio = `× ${tell(log)}`;
    const fate = log < -2 ? fig.word("vanishes", { ratio })
      : log > 2 ? fig.word("explodes", { ratio }) : fig.word("stays", { ratio });
    const clipping = isClipped
      ? fig.word("clipped", { total: tell(total), scale: tell(scale) })
      : fig.word("unclipped", { total: tell(total) });
    const at = fig.word("at", { t: now, T, grad: tell(grads[now - 1] + scale),
      feels: tell(feels[now - 1] - strongest) });
    plot.setAttribute("aria-label", `${fig.word("title")}. ${fate}`);
    return fig.sentences([fate, clipping, at]);
  }
  return { update };
}

export default figure({ forward, build });
