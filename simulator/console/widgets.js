/** Which widget a datastream gets: the one its template names, if it can show the type; else the type decides. */

import { colourOf, positionOf, secondsOf } from "./compound.js";

const CONTROLS = new Set(["switch", "slider", "step", "button", "text", "terminal", "menu", "segments", "number", "location", "colour", "time"]);
const MOST_SEGMENTS = 4;
const SEGMENTS_LENGTH = 24;

// A template's own names for what is drawn here under another one.
const NAMES = { color: "colour", zergba: "colour", map: "place", segmented: "segments", "time input": "time", "labeled value": "label" };

// What a named widget needs; one that can't have it gives way to the type's own.
const NEEDS = {
  switch: (view) => view.numeric || view.type === "boolean",
  button: (view) => view.numeric || view.type === "boolean",
  slider: (view) => view.numeric && hasRange(view),
  step: (view) => view.numeric,
  number: (view) => view.numeric,
  gauge: (view) => view.numeric && hasRange(view),
  led: (view) => view.numeric || view.type === "boolean",
  menu: (view) => hasLabels(view),
  segments: (view) => hasLabels(view),
  text: () => true,
  terminal: (view) => view.type === "string",
  colour: (view) => view.type === "string",
  time: (view) => view.type === "string" || view.type === "integer",
  place: (view) => view.type === "location" || view.type === "string",
  value: () => true,
  label: () => true,
};

/** The widget's name. */
export function widgetOf(view, raw) {
  const hint = NAMES[raw.widget] ?? raw.widget;
  if (NEEDS[hint]?.(view)) return named(hint, view, raw);
  return raw.control ?? raw.sync ? controlOf(view) : displayOf(view);
}

/** Whether a widget writes. */
export function isControl(widget) {
  return CONTROLS.has(widget);
}

/** A colour, a time or a place that nobody may write is shown and not offered. */
function named(hint, view, raw) {
  const writable = raw.control ?? raw.sync;
  if (writable) return hint === "place" ? "location" : hint;
  if (hint === "colour") return "swatch";
  return hint === "time" ? "clock" : hint;
}

function controlOf(view) {
  if (view.binary) return "switch";
  if (hasLabels(view)) return view.labels.length <= MOST_SEGMENTS && view.labels.join("").length <= SEGMENTS_LENGTH ? "segments" : "menu";
  if (view.type === "location") return "location";
  if (view.type === "string") return colourOf(view.value) ? "colour" : isTimeInput(view.value) ? "time" : "text";
  return hasRange(view) ? "slider" : "number";
}

function displayOf(view) {
  if (view.binary) return "led";
  if (view.type === "location" || (view.type === "string" && /\0/.test(view.value) && positionOf(view.value))) return "place";
  if (view.type !== "string") return "value";
  return colourOf(view.value) ? "swatch" : isTimeInput(view.value) ? "clock" : "note";
}

function isTimeInput(value) {
  return typeof value === "string" && value.includes("\0") && secondsOf(value) !== null;
}

function hasRange(view) {
  return view.min !== null && view.max !== null && view.max > view.min;
}

function hasLabels(view) {
  return Boolean(view.labels?.length) && view.numeric;
}
