// Starts the figures of a page that has no kernel: reads the widget state embedded in the page and
// runs each figure's own module (anywidget's `_esm`). No require.js, no widget manager, no request;
// a plain script, since a browser refuses module files over file://.
(() => {
  "use strict";
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const FAILED = "This figure could not start here, so you see its picture.";

  // The part of a widget model that a figure uses, with nobody at the other end.
  function makeModel(state) {
    const listeners = new Map();
    const emit = (name) => [...(listeners.get(name) ?? [])].forEach((hear) => hear());
    return {
      get: (name) => state[name],
      set(name, value) {
        if (state[name] === value) return;
        state[name] = value;
        emit(`change:${name}`);
        emit("change");
      },
      on(name, hear) {
        if (!listeners.has(name)) listeners.set(name, new Set());
        listeners.get(name).add(hear);
      },
      off(name, hear) {
        if (hear) listeners.get(name)?.delete(hear);
        else if (name) listeners.delete(name);
        else listeners.clear();
      },
      save_changes() {},
      send() {},
    };
  }

  // {model id: state} of the page, arrays put back where they belong.
  function readStates() {
    const states = {};
    for (const script of document.querySelectorAll(STATE)) {
      for (const [id, entry] of Object.entries(JSON.parse(script.textContent).state ?? {})) {
        for (const { path, data } of entry.buffers ?? []) {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const inner = path.slice(0, -1).reduce((place, key) => place[key], entry.state);
          inner[path.at(-1)] = new DataView(bytes.buffer);
        }
        states[id] = entry.state;
      }
    }
    return states;
  }

  // Some browsers, or a strict policy of the host, refuse one of the two ways.
  async function importText(source) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    try {
      return await import(url);
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
      return await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(source)}`);
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  const modules = new Map(); // source -> promise of its module: figures of one kind share it
  const styles = new Set();

  async function definition(source) {
    if (!modules.has(source)) modules.set(source, importText(source));
    const module = await modules.get(source);
    const widget = module.default ?? module;
    return typeof widget === "function" ? widget() : widget;
  }

  async function show(view, state, model) {
    const place = view.closest(".course-figure");
    const el = document.createElement("div");
    el.className = "course-live";
    try {
      if (!state?._esm) throw new Error("The page holds no module for this figure.");
      const widget = await definition(state._esm);
      if (state._css && !styles.has(state._css)) {
        styles.add(state._css);
        document.head.append(Object.assign(document.createElement("style"),
          { textContent: state._css }));
      }
      view.after(el);
      place?.classList.add("is-live"); // before it draws: a hidden figure has no width
      await widget.initialize?.({ model });
      await widget.render({ model, el });
      giveBack(place);
    } catch (error) {
      el.remove();
      fail(view, place, state, error);
    }
  }

  // The page keeps the same room for every width and language. Where that is too much, it is given
  // back while the figure is still below the screen: nothing that anybody sees moves.
  function giveBack(place) {
    if (!place) return;
    const watch = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting || entry.boundingClientRect.top < 0) return;
      watch.disconnect();
      place.classList.add("is-settled");
    });
    watch.observe(place);
  }

  // The picture stays, and one sentence says why nothing answers.
  function fail(view, place, state, error) {
    console.warn("A figure could not start:", error);
    place?.classList.remove("is-live");
    const words = state?.words ?? {};
    const wanted = (state?.language || document.documentElement.lang || "en").slice(0, 2);
    const language = Object.keys(words).find((key) => key.startsWith(wanted)) ?? "en";
    const note = document.createElement("p");
    note.className = "course-figure-note";
    note.textContent = words[language]?.failed ?? FAILED;
    (place?.querySelector(".course-still") ?? view).after(note);
  }

  function start() {
    const views = [...document.querySelectorAll(VIEW)];
    if (!views.length) return;
    const models = new Map();
    let states = {};
    try {
      states = readStates();
    } catch (error) {
      console.warn("The figures of this page cannot be read:", error);
    }
    for (const view of views) {
      const id = JSON.parse(view.textContent).model_id;
      if (states[id] && !models.has(id)) models.set(id, makeModel(states[id]));
      show(view, states[id], models.get(id));
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
