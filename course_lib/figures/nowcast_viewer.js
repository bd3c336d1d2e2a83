// Nowcast viewer: a film, a forecast, what is wrong with it, and the gates while it was made.
import { between, button, canvas, figure, html, number, pen, slider, stepButtons } from "./base.js";

const GATES = ["i", "f", "o"];
const COLOURS = { i: [61, 143, 209], f: [224, 108, 69], o: [168, 111, 192] };
const LIGHT = [230, 130, 20], DARK = [40, 120, 210]; // too light, too dark

const opened = new WeakMap();

// The bytes of all pictures, decoded once, and functions that cut out one of them.
function pictures(constants) {
  if (opened.has(constants)) return opened.get(constants);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const { size, read, predict, films, predictions, gates } = constants;
  const S2 = size * size, T = read + predict;
  const all = bytes(films);
  const guesses = Object.fromEntries(Object.entries(predictions).map(([m, b]) => [m, bytes(b)]));
  const maps = Object.fromEntries(Object.entries(gates).map(([m, g]) => [m, bytes(g.bytes)]));
  const frame = (film, t) => all.subarray((film * T + t) * S2, (film * T + t + 1) * S2);
  const cut = {
    frame,
    guess: (model, film, k) => (model === "still" ? frame(film, read - 1)
      : guesses[model].subarray((film * predict + k) * S2, (film * predict + k + 1) * S2)),
    gate(model, film, t, gate, channel) {
      const { map: [h, w], channels } = gates[model];
      const place = ((film * T + t) * GATES.length + GATES.indexOf(gate)) * channels +
        Math.min(channel, channels) - 1;
      return maps[model].subarray(place * h * w, (place + 1) * h * w);
    },
  };
  opened.set(constants, cut);
  return cut;
}

const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

export function forward({ model, film, gate, channel }, constants) {
  const { models, read, predict, gates } = constants;
  const cut = pictures(constants), n = film - 1;
  const wrong = (name) => Array.from({ length: predict }, (_, k) => {
    const truth = cut.frame(n, read + k);
    return Array.from(cut.guess(name, n, k), (value, at) => value - truth[at]);
  });
  const difference = wrong(model);
  const errors = Object.fromEntries(models.map((name) =>
    [name, wrong(name).map((d) => mean(d.map((v) => (v / 255) ** 2)))]));
  const open = model in gates ? Array.from({ length: read + predict }, (_, t) =>
    mean(Array.from(cut.gate(model, n, t, gate, channel), (v) => v / 255))) : [];
  return { errors, difference, gate: open };
}

function build(fig) {
  const { models, read, predict, size, count, channels, gates } = fig.constants;
  const T = read + predict;
  const cut = pictures(fig.constants);
  const svg = canvas({ role: "img", class: "fig-films" });
  const draw = pen(svg);
  const names = () => ({ "still": fig.word("still"), "fc": fig.word("fc"),
    "kernel-1": fig.word("kernel1"), "layers-2": fig.word("layers2") });

  const chosen = html("div", { class: "fig-buttons", role: "group" });
  const modelButtons = models.map((name) => button(() => { fig.change({ model: name }); }));
  chosen.append(...modelButtons);
  const gateGroup = html("div", { class: "fig-buttons", role: "group" });
  const gateButtons = GATES.map((gate) => button(() => fig.change({ gate })));
  gateGroup.append(...gateButtons);
  const film = slider((value) => fig.change({ film: value }));
  const channel = slider((value) => fig.change({ channel: value }));
  const show = (t) => fig.look({ t: between(t, 1, T) });
  const stepTo = (t) => { stop(); show(t); };
  const move = stepButtons(fig, (by) => stepTo(fig.settings.t + by));
  const step = slider(stepTo);
  let playing = 0;
  const play = button(() => {
    if (playing) { stop(); fig.redraw(); return; }
    playing = setInterval(() => {
      if (!fig.root.isConnected) { stop(); return; }
      show(fig.settings.t % T + 1);
    }, 600);
    show(fig.settings.t % T + 1);
  });
  function stop() { clearInterval(playing); playing = 0; }
  const legend = html("p", { class: "fig-legend" });
  fig.root.append(chosen,
    html("div", { class: "fig-controls" },
      html("div", { class: "fig-step" }, move.back, step.row, move.on), play, film.row),
    svg,
    html("div", { class: "fig-controls" }, gateGroup, channel.row), legend);

  function update(width) {
    const wide = width >= 600;
    const { model, film: which, t: now, gate, channel: layer } = fig.settings;
    const { errors, difference, gate: open } = fig.values;
    const n = which - 1, name = names();
    const gap = wide ? 4 : 2, split = wide ? 14 : 6, head = 20;
    const edge = gap / 2 + 1; // the frame of the first and of the last column stands out so far
    const side = (width - (T - 1) * gap - split - 2 * edge) / T;
    const x = (t) => edge + t * (side + gap) + (t >= read ? split : 0);
    const y = (row) => 18 + row * (side + gap + head) + head;

    draw("now", "rect", { class: "now", rx: 4, x: x(now - 1) - gap / 2, y: 1,
      width: side + gap, height: y(3) + side + 2 });
    const title = (key, text, column, row) => draw(`head ${key}`, "text",
      { class: "row-name", x: x(column), y: y(row) - 6 }, text);
    title("read", fig.word("read"), 0, 0);
    title("truth", fig.word("truth"), read, 0);
    title("prediction", fig.word("prediction"), read, 1);
    title("difference", fig.word("difference"), read, 2);
    title("gate", fig.word(gate), 0, 3);

    const put = (key, href, column, row) => {
      draw(`${key} edge`, "rect", { class: "pixel-edge", x: x(column), y: y(row), width: side,
        height: side });
      draw(key, "image", { class: "pixels", href, x: x(column), y: y(row), width: side,
        height: side, preserveAspectRatio: "none" });
    };
    for (let t = 0; t < T; t++) {
      draw(`t ${t}`, "text", { class: `value ${t + 1 === now ? "strong" : "faint"}`,
        x: x(t) + side / 2, y: 14 }, String(t + 1));
      put(`film ${t}`, image(cut.frame(n, t), size, size, grey), t, 0);
      if (t >= read) {
        const k = t - read;
        put(`guess ${t}`, image(cut.guess(model, n, k), size, size, grey), t, 1);
        put(`wrong ${t}`, image(difference[k], size, size, signed), t, 2);
      }
      if (model in gates) {
        const [h, w] = gates[model].map;
        put(`gate ${t}`, image(cut.gate(model, n, t, gate, layer), w, h,
          (v) => [...COLOURS[gate], v]), t, 3);
      }
      draw(`hit ${t}`, "rect", { class: "hit", "data-t": t + 1, x: x(t), y: 0, width: side,
        height: y(3) + side });
    }
    // The chart stands in the room that the frames which were read leave free.
    const room = { left: wide ? edge : 0, x: 34, y: y(1) + 10, right: x(read - 1) + side - 6,
      bottom: y(2) + side - 18 };
    chart(draw, room, errors, model, now - read, fig.word("chart"), name.still);
    draw.done(width, y(3) + side + 4);

    modelButtons.forEach((node, m) => {
      node.textContent = name[models[m]];
      node.setAttribute("aria-pressed", models[m] === model);
    });
    chosen.setAttribute("aria-label", fig.word("model"));
    gateButtons.forEach((node, g) => {
      node.textContent = fig.word(GATES[g]);
      node.setAttribute("aria-pressed", GATES[g] === gate);
      node.setAttribute("aria-disabled", !(model in gates));
    });
    gateGroup.setAttribute("aria-label", fig.word("gates"));
    film.update({ label: fig.word("film"), min: 1, max: count, value: which });
    const many = model in gates && gates[model].channels > 1;
    channel.update({ label: fig.word("channel"), min: 1, max: channels, value: layer });
    channel.input.disabled = !many;
    channel.row.classList.toggle("is-off", !many);
    step.update({ label: fig.word("step"), min: 1, max: T, value: now, text: `${now} / ${T}` });
    move.update(now === 1, now === T);
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", fig.word("play"));
    play.title = fig.word("play");
    play.setAttribute("aria-pressed", Boolean(playing));
    const note = model === "still" ? fig.word("no_gate") : many ? "" : fig.word("no_map");
    legend.textContent = `${fig.word("legend")} ${note}`.trim();

    const gateSaid = open.length
      ? fig.word("open", { gate: fig.word(gate), value: number(open[now - 1]) }) : note;
    const fills = { model: name[model], film: which, t: now, gate: gateSaid };
    const sentence = now <= read ? fig.word("reading", fills) : fig.word("predicting", { ...fills,
      error: number(errors[model][now - read - 1], 3),
      still: number(errors.still[now - read - 1], 3) });
    svg.setAttribute("aria-label", `${fig.word("title")}. ${sentence}`);
    return playing ? fig.says.textContent : sentence; // a film that runs is not read aloud
  }
  svg.addEventListener("click", (event) => {
    const t = event.target.closest("[data-t]")?.dataset.t;
    if (t) stepTo(Number(t));
  });
  return { update };
}

// One line for each model, the chosen one in front; the dashed one is the forecast to beat.
function chart(draw, room, errors, model, now, title, still) {
  // Above all curves there is room for the name of the dashed one.
  const named = 19, tall = room.bottom - room.y;
  const largest = Math.max(...Object.values(errors).flat()) * tall / (tall - named);
  const most = Math.ceil(largest * 50) / 50 || 0.05;
  const F = errors[model].length;
  const at = (k) => room.x + (k + 0.5) * (room.right - room.x) / F;
  const up = (value) => room.bottom - value / most * (room.bottom - room.y);
  draw("chart title", "text", { class: "row-name", x: room.left, y: room.y - 16 }, title);
  for (const value of [0, most]) {
    draw(`chart ${value ? "top" : "zero"}`, "line",
      { class: "axis", x1: room.x, x2: room.right, y1: up(value), y2: up(value) });
    draw(`chart tick ${value ? "top" : "zero"}`, "text",
      { class: "tick", x: room.x - 4, y: up(value) + 4 }, value ? value.toFixed(2) : "0");
  }
  const order = [...Object.keys(errors).filter((name) => name !== model), model];
  for (const name of order) {
    const kind = `curve ${name === model ? "is-chosen" : ""} ${name === "still" ? "is-dashed" : ""}`;
    const points = errors[name].map((value, k) => `${at(k)},${up(value)}`).join(" ");
    draw(`curve ${name}`, "polyline", { class: kind, points });
  }
  errors[model].forEach((value, k) => {
    draw(`dot ${k}`, "circle", { class: `dot ${k === now - 1 ? "is-now" : ""}`, cx: at(k),
      cy: up(value), r: k === now - 1 ? 6 : 4 });
    draw(`lead ${k}`, "text", { class: "value faint small", x: at(k), y: room.bottom + 14 },
      `+${k + 1}`);
  });
  const name = draw("chart still", "text",
    { class: "chart-name", x: room.right, y: room.y + 14 }, still);
  const from = room.right - name.getComputedTextLength() - 24; // a dash before the name, if it fits
  if (from > room.x) {
    draw("chart still line", "line", { x1: from, x2: from + 19, y1: room.y + 10, y2: room.y + 10,
      class: `curve is-dashed ${model === "still" ? "is-chosen" : ""}` });
  }
}

const grey = (v) => [v, v, v, 255];
const signed = (v) => [...(v > 0 ? LIGHT : DARK), Math.abs(v)];

// Numbers as a small picture, one pixel each; the page enlarges it without smoothing.
function image(values, width, height, colour) {
  const sheet = document.createElement("canvas");
  Object.assign(sheet, { width, height });
  const pen2d = sheet.getContext("2d");
  const pixels = pen2d.createImageData(width, height);
  values.forEach((value, n) => pixels.data.set(colour(value), 4 * n));
  pen2d.putImageData(pixels, 0, 0);
  return sheet.toDataURL();
}

export default figure({ forward, build });
