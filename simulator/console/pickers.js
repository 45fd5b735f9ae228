/** The controls for values that are picked: a colour, a time of day, a number step by step. Each returns {node, place, update(view)}. */

import { el, setAttribute, setText } from "./dom.js";
import { clockText, colourOf, colourValue, hexOf, secondsOf, timeValue } from "./compound.js";
import { stepOf } from "./datastream.js";

const DRAG_PAUSE = 180;
const PALETTE = ["#ff3b30", "#ff9500", "#ffd60a", "#34c759", "#00c7be", "#0a84ff", "#bf5af2", "#ffffff"];

/** zeRGBa: any colour, and a few that are near at hand. */
export function makeColour(view, write) {
  let timer = null;
  const input = el("input", { type: "color", class: "colour-input" });
  const send = () => {
    clearTimeout(timer);
    timer = null;
    write(colourValue(input.value), true);
  };
  // The picker stays open while a colour is looked for.
  input.addEventListener("input", () => (timer ??= setTimeout(send, DRAG_PAUSE)));
  input.addEventListener("change", send);
  const swatches = PALETTE.map((hex) => {
    const swatch = el("button", { type: "button", class: "swatch-button", "aria-label": hex, onclick: () => write(colourValue(hex)) });
    swatch.style.setProperty("--swatch", hex);
    return swatch;
  });
  return {
    node: el("div", { class: "colour" }, el("label", { class: "colour-well" }, input), ...swatches),
    update(next, busy) {
      const colour = colourOf(next.value);
      setAttribute(input, "aria-label", next.title);
      input.disabled = next.disabled;
      for (const swatch of swatches) swatch.disabled = next.disabled;
      if (timer === null && !busy && colour) input.value = hexOf(colour);
      input.parentElement.classList.toggle("is-unset", colour === null);
    },
  };
}

/** Time Input: one time of day. */
export function makeTime(view, write) {
  let current = view;
  const input = el("input", { type: "time", class: "time-input" });
  input.addEventListener("change", () => {
    if (secondsOf(input.value) !== null) write(timeValue(current, input.value));
  });
  return {
    node: input,
    place: "instead",
    update(next) {
      current = next;
      const seconds = secondsOf(next.value);
      setAttribute(input, "aria-label", next.title);
      input.disabled = next.disabled;
      if (document.activeElement === input) return;
      input.value = seconds === null ? "" : clockText(seconds).slice(0, seconds % 60 ? 8 : 5);
    },
  };
}

/** Step: a little less, a little more. */
export function makeStep(view, write) {
  let current = view;
  let aim = null;
  const move = (direction) => {
    const step = stepOf(current);
    const from = aim ?? Number(current.value ?? current.min ?? 0);
    const next = Number((from + direction * step).toPrecision(12));
    aim = Math.min(current.max ?? Infinity, Math.max(current.min ?? -Infinity, next));
    write(aim, true);
  };
  const less = el("button", { type: "button", class: "step-button", onclick: () => move(-1) }, "−");
  const more = el("button", { type: "button", class: "step-button", onclick: () => move(1) }, "+");
  return {
    node: el("div", { class: "step" }, less, more),
    place: "beside",
    update(next, busy) {
      current = next;
      if (!busy) aim = null;
      setAttribute(less, "aria-label", `Less ${next.title}`);
      setAttribute(more, "aria-label", `More ${next.title}`);
      setText(less, "−");
      less.disabled = next.disabled || (next.value !== null && next.min !== null && next.value <= next.min);
      more.disabled = next.disabled || (next.value !== null && next.max !== null && next.value >= next.max);
    },
  };
}
