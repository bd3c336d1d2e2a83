// Gate board: one LSTM cell whose gates the reader opens and closes at each time step.
import { arrow, between, button, canvas, cell, figure, grid, html, pen, subscript } from "./base.js";

const ROWS = ["o", "f", "i"]; // as they lie on the board, from top to bottom
const FELT = 0.005; // what two decimals still show

const sigmoid = (a) => 1 / (1 + Math.exp(-a));

// The LSTM with one unit, and beside it the derivative of everything with respect to x_1.
export function forward(settings, { x, push, feedback }) {
  const w = settings.feedback ? feedback : 0;
  const values = { h: [], c: [], dh: [], dc: [] };
  let h = 0, c = 0, dh = 0, dc = 0;
  x.forEach((x_t, t) => {
    const [i, f, o] = ["i", "f", "o"].map((gate) =>
      sigmoid(settings[gate][t] === "O" ? push : -push));
    const g = Math.tanh(x_t + w * h);
    const dg = (1 - g * g) * ((t === 0 ? 1 : 0) + w * dh);
    c = f * c + i * g;
    dc = f * dc + i * dg;
    h = o * Math.tanh(c);
    dh = o * (1 - Math.tanh(c) ** 2) * dc;
    values.h.push(h);
    values.c.push(c);
    values.dh.push(Math.abs(dh));
    values.dc.push(Math.abs(dc));
  });
  return values;
}

function build(fig) {
  const T = fig.constants.x.length;
  const at = { row: 0, t: 0 }; // where the keyboard is
  const presets = Object.keys(fig.constants.presets).map((name) => [name, button(() =>
    fig.change(fig.constants.presets[name]))]);
  const presetRow = html("div", { class: "fig-buttons", role: "group" },
    ...presets.map(([, node]) => node));
  const svg = canvas({ role: "group", class: "fig-board" });
  const draw = pen(svg);
  const feedback = html("input", { type: "checkbox" });
  const feedbackWord = html("span");
  feedback.addEventListener("change", () => fig.change({ feedback: feedback.checked }));
  const legend = html("p", { class: "fig-legend" });
  fig.root.append(presetRow, svg,
    html("label", { class: "fig-check" }, feedback, feedbackWord), legend);

  const knobs = new Map();
  function toggle(gate, t) {
    const states = [...fig.settings[gate]];
    states[t] = states[t] === "O" ? "-" : "O";
    fig.change({ [gate]: states.join("") });
  }
  function move(row, t) {
    at.row = between(row, 0, ROWS.length - 1);
    at.t = between(t, 0, T - 1);
    fig.redraw();
    return knobs.get(`${ROWS[at.row]} ${at.t}`);
  }
  grid(svg, () => [at.row, at.t], move);

  function knob(gate, t, x, y, reach) {
    const key = `${gate} ${t}`;
    const isOpen = fig.settings[gate][t] === "O";
    const isNew = !knobs.has(key);
    const node = draw(key, "g", {
      role: "switch",
      class: `knob gate-${gate} ${isOpen ? "is-open" : "is-shut"}`,
      "aria-checked": isOpen,
      "aria-label": fig.word("gate_name", { gate: fig.word(gate), t: t + 1 }),
      tabindex: ROWS[at.row] === gate && at.t === t ? 0 : -1,
    });
    if (isNew) {
      knobs.set(key, node);
      const press = () => { Object.assign(at, { row: ROWS.indexOf(gate), t }); toggle(gate, t); };
      node.addEventListener("click", press);
      node.addEventListener("keydown", (event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        press();
      });
    }
    draw(`${key} reach`, "rect", {
      x: x - reach / 2, y: y - 22, width: reach, height: 44, class: "reach" }, undefined, node);
    draw(`${key} ring`, "circle", { cx: x, cy: y, r: 20, class: "ring" }, undefined, node);
    draw(`${key} disc`, "circle", { cx: x, cy: y, r: 15, class: "disc" }, undefined, node);
    draw(`${key} sign`, "text", { x, y: y + 5, class: "sign" }, isOpen ? "O" : "—", node);
  }

  function update(width) {
    const wide = width >= 600;
    const left = wide ? 58 : 34;
    const column = (width - left - (wide ? 8 : 0)) / T;
    // On a phone the forget gates have a row of their own under the belt.
    const y = wide
      ? { h: 34, o: 92, c: 152, f: 152, i: 212, x: 262, t: 292 }
      : { h: 30, o: 84, c: 138, f: 192, i: 242, x: 290, t: 316 };
    const box = Math.min(44, column - 5);
    const middle = (t) => left + column * t + (wide ? column * 0.66 : column / 2);
    for (const name of ["h", "o", "c", "i", "x", ...(wide ? [] : ["f"])]) {
      draw.maths(`name ${name}`, `${name}_t`, { x: wide ? 8 : 0, y: y[name] + 6, class: "name" });
    }
    if (wide) draw.maths("name f", "f_t", { x: middle(0) - column / 2, y: y.c - 24,
      class: "name mid" });
    draw.maths("name t", "_t", { x: wide ? 8 : 0, y: y.t, class: "name" });

    const { i, f, o } = fig.settings;
    for (let t = 0; t < T; t++) {
      const x = middle(t);
      const before = t ? middle(t - 1) + box / 2 : left - (wide ? 10 : 2);
      // Signal runs up from x_t through i_t and o_t, and along the belt through f_t.
      const wire = (isOpen) => (isOpen ? "on" : "off");
      arrow(draw, `up ${t}`, x, y.x - 12, x, y.c + box / 2 + 1, wire(i[t] === "O"));
      arrow(draw, `out ${t}`, x, y.c - box / 2, x, y.h + box / 2 + 1, wire(o[t] === "O"));
      if (!wide) {
        draw(`stem ${t}`, "line", { class: `wire ${wire(f[t] === "O")}`, x1: x - column / 2,
          x2: x - column / 2, y1: y.c, y2: y.f });
      }
      arrow(draw, `belt ${t}`, before, y.c, x - box / 2 - 1, y.c, `belt ${wire(f[t] === "O")}`);
    }
    // h_{t-1} comes back in beside x_t.
    for (let t = 1; fig.settings.feedback && t < T; t++) {
      const from = middle(t - 1) + box / 2, to = middle(t), beside = from + (wide ? 6 : 2.5);
      draw(`loop ${t}`, "path", { class: "loop",
        d: `M${from} ${y.h}H${beside}V${y.x - 16}H${to}` });
    }
    const half = Math.min(20, box / 2);
    draw("source", "rect", { class: "source", rx: 4, x: middle(0) - half, y: y.x - 11,
      width: 2 * half, height: 22 });
    for (let t = 0; t < T; t++) {
      const x = middle(t);
      for (const part of ["h", "c"]) {
        cell(draw, `${part} ${t}`, x, y[part], box, 44, fig.values[part][t],
          { feel: fig.values[`d${part}`][t] });
      }
      draw(`x ${t}`, "text", { x, y: y.x + 4, class: "value" },
        fig.constants.x[t].toFixed(1).replace("-", "−"));
      draw(`t ${t}`, "text", { x, y: y.t + 4, class: "value faint" }, String(t + 1));
      knob("o", t, x, y.o, Math.min(column, 56));
      knob("f", t, x - column / 2, y.f, Math.min(column, 44));
      knob("i", t, x, y.i, Math.min(column, 56));
    }
    draw.done(width, y.t + 14);

    svg.setAttribute("aria-label", fig.word("board"));
    presetRow.setAttribute("aria-label", fig.word("presets"));
    for (const [name, node] of presets) {
      node.textContent = fig.word(`preset_${name}`);
      const chosen = Object.entries(fig.constants.presets[name])
        .every(([gate, states]) => fig.settings[gate] === states);
      node.setAttribute("aria-pressed", chosen);
    }
    feedback.checked = fig.settings.feedback;
    feedbackWord.textContent = fig.word("feedback");
    legend.textContent = fig.word("legend");
    return fig.word("says", {
      outputs: felt(fig, "h", fig.values.dh, true), memory: felt(fig, "c", fig.values.dc) });
  }
  return { update };
}

// "h₄ (0.64), h₆ (0.64)" or, without the numbers, "c₁–c₇"; or the word for none.
function felt(fig, letter, feels, isExact = false) {
  const name = (t) => subscript(letter, t + 1);
  const who = [];
  for (let t = 0; t < feels.length; t++) {
    if (feels[t] < FELT) continue;
    let last = t;
    while (!isExact && feels[last + 1] >= FELT) last += 1;
    who.push(isExact ? `${name(t)} (${feels[t].toFixed(2)})`
      : name(t) + (last > t ? `–${name(last)}` : ""));
    t = last;
  }
  return fig.list(who) || fig.word("none");
}

export default figure({ forward, build });
