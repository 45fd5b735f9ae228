/** What a datastream of the state means to a reader: which widget it gets, its range, its labels, its text. */

import { clockText, colourOf, hexOf, positionOf, positionText, secondsOf } from "./compound.js";
import { number, plain, unitSymbol } from "./format.js";
import { isControl, widgetOf } from "./widgets.js";

export const STALE_AFTER = 600;

// How the widgets of several parts write their value; null for one that makes no sense to them.
const place = (value) => spell(positionOf(value), positionText);
const colour = (value) => spell(colourOf(value), (parts) => hexOf(parts).toUpperCase());
const time = (value) => spell(secondsOf(value), (seconds) => clockText(seconds).slice(0, seconds % 60 ? 8 : 5));
const COMPOUND = { place, location: place, colour, swatch: colour, time, clock: time };

const NUMERIC = new Set(["integer", "double", "enum"]);

/** Read one raw datastream into what cards and the sheet draw; device-set properties override the template. */
export function readDatastream(raw) {
  const properties = raw.properties ?? {};
  const labels = labelsOf(properties.labels ?? raw.labels);
  const view = {
    raw,
    name: raw.name,
    title: plain(textOf(properties.label) || raw.name, 120),
    pin: Number.isInteger(raw.pin) ? `V${raw.pin}` : "–",
    type: raw.type,
    unit: plain(textOf(properties.suffix) || "", 24) || unitSymbol(raw.unit),
    decimals: decimalsOf(raw, properties),
    min: finite(properties.min) ?? finite(raw.min),
    max: finite(properties.max) ?? finite(raw.max),
    step: finite(properties.step) ?? finite(raw.step),
    labels,
    value: raw.value ?? null,
    updatedAt: finite(raw.updated_at),
    source: raw.source ?? null,
    history: Array.isArray(raw.history) ? raw.history : [],
    properties,
    writes: { device: raw.writes?.device ?? 0, app: raw.writes?.app ?? 0 },
    disabled: isTrue(properties.isDisabled),
    color: /^#?[0-9a-f]{6}$/i.test(textOf(properties.color)) ? `#${textOf(properties.color).replace("#", "")}` : null,
    confirmTimeout: finite(raw.confirm_timeout),
  };
  view.numeric = NUMERIC.has(view.type);
  view.binary = view.type === "boolean" || (view.type === "integer" && view.min === 0 && view.max === 1);
  view.widget = widgetOf(view, raw);
  view.stateLabels = stateLabels(view, properties);
  view.control = isControl(view.widget);
  view.stepped = view.binary || Boolean(labels) || view.type === "enum" || view.control;
  view.bounds = view.binary ? [0, 1] : labels ? [0, labels.length - 1] : null;
  view.text = valueText(view, view.value);
  view.showsUnit = view.value !== null && view.unit !== "" && view.numeric && !view.labels && !view.binary && !(view.widget in COMPOUND);
  return view;
}

/** The text of a value of this datastream, without its unit. */
export function valueText(view, value) {
  if (value === null || value === undefined) return "";
  const text = COMPOUND[view.widget]?.(value) ?? null;
  if (text !== null) return text;
  if (view.binary) return plain(view.stateLabels[isTrue(value) ? 1 : 0], 40);
  if (view.labels && Number.isInteger(value)) return view.labels[value] ?? `#${value}`;
  if (typeof value === "number") return number(value, view.type === "double" ? view.decimals : null);
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}

/** Whether nothing new was heard for long, or nothing ever. */
export function isStale(view, now) {
  return view.updatedAt === null || now - view.updatedAt > STALE_AFTER;
}

/** The step a slider moves by. */
export function stepOf(view) {
  if (view.step !== null && view.step > 0) return view.step;
  if (view.type !== "double") return 1;
  if (view.decimals !== null) return 10 ** -view.decimals;
  return Number.parseFloat(((view.max - view.min) / 200).toPrecision(1)) || 0.1;
}

/** Turn what a person typed into the JSON value of this type; text that is no number goes as text, for the cloud to judge. */
export function parseTyped(view, text) {
  const trimmed = text.trim();
  if (view.type === "location") {
    const parts = trimmed.split(",").map((part) => Number(part));
    return parts.length === 2 && parts.every(Number.isFinite) ? parts : trimmed;
  }
  if (view.widget === "colour" && colourOf(trimmed)) return colourOf(trimmed).join("\0");
  if (view.type === "boolean" && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === "true";
  if (view.numeric && trimmed !== "" && Number.isFinite(Number(trimmed))) return Number(trimmed);
  return text;
}

/** Truth as Blynk writes it: 1, true, on. */
export function isTrue(value) {
  return value === true || value === 1 || /^(1|true|on)$/i.test(textOf(value));
}

/** The value a two-state widget writes. */
export function binaryValue(view, on) {
  return view.type === "boolean" ? on : Number(on);
}

function stateLabels(view, properties) {
  const off = textOf(properties.offLabel);
  const on = textOf(properties.onLabel);
  if (off || on) return [off || "Off", on || "On"];
  return view.labels && view.labels.length === 2 ? view.labels : view.widget === "button" ? ["Released", "Pressed"] : ["Off", "On"];
}

function decimalsOf(raw, properties) {
  const digits = finite(properties.maximumFractionDigits) ?? finite(raw.decimals);
  return digits === null ? null : Math.min(8, Math.max(0, Math.round(digits)));
}

function labelsOf(value) {
  const list = typeof value === "string" ? value.split("\0") : value;
  return Array.isArray(list) && list.length > 0 ? list.map((label) => plain(label, 60)) : null;
}

function spell(parsed, write) {
  return parsed === null ? null : write(parsed);
}

function textOf(value) {
  return value === null || value === undefined ? "" : String(value);
}

function finite(value) {
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}
