/** The controls a card can carry. Each factory returns {node, update(view, busy)}; `write(value, coalesce)` sends. */

import { el, icon, setAttribute, setText } from "./dom.js";
import { number } from "./format.js";
import { makeColour, makeStep, makeTime } from "./pickers.js";
import { binaryValue, isTrue, parseTyped, stepOf } from "./datastream.js";

const DRAG_PAUSE = 180;
let serial = 0;

/** Make the control of a view, or null for a display. */
export function makeControl(view, write) {
  const make = FACTORIES[view.widget];
  return make ? make(view, write) : null;
}

function makeSwitch(view, write) {
  let current = view;
  const node = el("button", { type: "button", role: "switch", class: "switch", onclick: () => write(binaryValue(current, !isTrue(current.value))) }, el("i"));
  return {
    node,
    place: "beside",
    update(next) {
      current = next;
      setAttribute(node, "aria-checked", isTrue(next.value) ? "true" : "false");
      setAttribute(node, "aria-label", next.title);
      node.disabled = next.disabled;
    },
  };
}

function makeButton(view, write) {
  let current = view;
  let held = false;
  const press = () => {
    if (held || node.disabled) return;
    held = true;
    node.classList.add("is-held");
    write(binaryValue(current, true));
  };
  const release = () => {
    if (!held) return;
    held = false;
    node.classList.remove("is-held");
    write(binaryValue(current, false));
  };
  const isKey = (event) => event.key === " " || event.key === "Enter";
  const node = el("button", {
    type: "button",
    class: "push",
    onpointerdown: (event) => {
      if (event.button !== 0) return;
      node.setPointerCapture(event.pointerId);
      press();
    },
    onpointerup: release,
    onpointercancel: release,
    onblur: release,
    oncontextmenu: (event) => event.preventDefault(),
    onkeydown: (event) => {
      if (!isKey(event)) return;
      event.preventDefault();
      press();
    },
    onkeyup: (event) => {
      if (isKey(event)) release();
    },
    // Assistive technology clicks without pointer or key: a full press.
    onclick: (event) => {
      if (event.detail !== 0 || held) return;
      press();
      release();
    },
  }, "Press");
  return {
    node,
    update(next) {
      current = next;
      setAttribute(node, "aria-label", `Press ${next.title}`);
      node.disabled = next.disabled;
    },
  };
}

function makeSlider(view, write) {
  let dragging = false;
  let timer = null;
  let sent = null;
  const input = el("input", { type: "range", class: "slider" });
  const low = el("span");
  const high = el("span");
  const node = el("div", { class: "slider-row" }, input, el("div", { class: "slider-ends", "aria-hidden": "true" }, low, high));
  // While a write is on its way the slider stays where it was left, whatever older answers still arrive.
  const control = { node, preview: null, update, held: (busy) => (dragging || (busy && sent !== null) ? Number(input.value) : null) };
  const send = () => {
    clearTimeout(timer);
    timer = null;
    if (Number(input.value) === sent) return;
    sent = Number(input.value);
    write(sent, true);
  };
  const finish = () => {
    dragging = false;
    send();
    control.preview?.(null);
  };
  input.addEventListener("input", () => {
    dragging = true;
    paint();
    control.preview?.(Number(input.value));
    timer ??= setTimeout(send, DRAG_PAUSE);
  });
  input.addEventListener("change", finish);
  input.addEventListener("blur", () => dragging && finish());
  function paint() {
    const share = (Number(input.value) - Number(input.min)) / (Number(input.max) - Number(input.min) || 1);
    input.style.setProperty("--fill", `${(share * 100).toFixed(2)}%`);
  }
  function update(next, busy) {
    setAttribute(input, "min", next.min);
    setAttribute(input, "max", next.max);
    setAttribute(input, "step", stepOf(next));
    setAttribute(input, "aria-label", next.title);
    setText(low, number(next.min));
    setText(high, number(next.max));
    input.disabled = next.disabled;
    if (control.held(busy) !== null) return;
    sent = null;
    input.value = Number(next.value ?? next.min);
    setAttribute(input, "aria-valuetext", next.value === null ? "no value" : `${next.text} ${next.unit}`.trim());
    paint();
  }
  return control;
}

function makeSegments(view, write) {
  const group = `segments-${(serial += 1)}`;
  const inputs = view.labels.map((label, index) => el("input", { type: "radio", name: group, value: index, onchange: () => write(index) }));
  const node = el("div", { class: "segments", role: "radiogroup" }, ...inputs.map((input, index) => el("label", {}, input, el("span", {}, view.labels[index]))));
  return {
    node,
    place: "instead",
    update(next) {
      setAttribute(node, "aria-label", next.title);
      inputs.forEach((input, index) => {
        input.checked = Number(next.value) === index && next.value !== null;
        input.disabled = next.disabled;
      });
    },
  };
}

function makeMenu(view, write) {
  const select = el("select", { onchange: () => write(Number(select.value)) }, ...view.labels.map((label, index) => el("option", { value: index }, label)));
  return {
    node: el("div", { class: "select" }, select),
    place: "instead",
    update(next) {
      setAttribute(select, "aria-label", next.title);
      select.disabled = next.disabled;
      if (next.value === null || !next.labels[next.value]) select.selectedIndex = -1;
      else select.value = String(next.value);
    },
  };
}

function makeEntry(view, write) {
  let current = view;
  const input = el("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  const button = el("button", { type: "submit", class: "send" }, icon("send"));
  const node = el("form", {
    class: "entry",
    onsubmit: (event) => {
      event.preventDefault();
      write(parseTyped(current, input.value));
      input.value = "";
    },
  }, input, button);
  return {
    node,
    update(next) {
      current = next;
      setAttribute(input, "aria-label", `New value of ${next.title}`);
      setAttribute(input, "inputmode", next.numeric ? "decimal" : null);
      setAttribute(input, "placeholder", next.type === "location" ? "longitude, latitude" : next.numeric ? "New value" : "New text");
      setAttribute(button, "aria-label", `Send to ${next.title}`);
      input.disabled = next.disabled;
      button.disabled = next.disabled;
    },
  };
}

const FACTORIES = {
  switch: makeSwitch,
  button: makeButton,
  slider: makeSlider,
  segments: makeSegments,
  menu: makeMenu,
  step: makeStep,
  colour: makeColour,
  time: makeTime,
  text: makeEntry,
  terminal: makeEntry,
  number: makeEntry,
  location: makeEntry,
};
