/** Values of several parts, joined by NUL in a String: colours R G B, and the times of a Time Input. */

import { coordinate } from "./format.js";

/** The [red, green, blue] of a text, or null: zeRGBa's R\0G\0B, or #RRGGBB. */
export function colourOf(value) {
  if (typeof value !== "string") return null;
  const hex = /^#?([0-9a-f]{6})$/i.exec(value);
  if (hex) return [0, 2, 4].map((at) => Number.parseInt(hex[1].slice(at, at + 2), 16));
  const parts = value.split("\0");
  if (parts.length < 3 || !parts.slice(0, 3).every((part) => /^\d{1,3}$/.test(part))) return null;
  const colour = parts.slice(0, 3).map(Number);
  return colour.every((part) => part <= 255) ? colour : null;
}

/** What a colour widget writes for #RRGGBB. */
export function colourValue(hex) {
  return colourOf(hex).join("\0");
}

/** A colour as #RRGGBB. */
export function hexOf(colour) {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The seconds since midnight of a time, or null: the start of a Time Input, seconds, or HH:MM[:SS]. */
export function secondsOf(value) {
  const text = String(value ?? "").split("\0")[0];
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (time) return Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3] ?? 0);
  return /^\d{1,5}$/.test(text) && Number(text) < 86400 ? Number(text) : null;
}

/** What a time widget writes: in the form the datastream already has, else start, no stop, and the zone, as Blynk's does. */
export function timeValue(view, clock) {
  const seconds = secondsOf(clock);
  if (view.type !== "string") return seconds;
  const before = typeof view.value === "string" ? view.value : "";
  if (before.includes(":")) return clockText(seconds);
  if (before !== "" && !before.includes("\0")) return String(seconds);
  return [seconds, ...(before === "" ? ["", zone()] : before.split("\0").slice(1))].join("\0");
}

/** Seconds since midnight as HH:MM:SS. */
export function clockText(seconds) {
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

/** The [longitude, latitude] of a location, or of a text that divides them by NUL or a comma; else null. */
export function positionOf(value) {
  const parts = Array.isArray(value) ? value : typeof value === "string" && value !== "" ? value.split(/[\0,]/).map(Number) : [];
  return parts.length === 2 && parts.every(Number.isFinite) && Math.abs(parts[0]) <= 180 && Math.abs(parts[1]) <= 90 ? parts : null;
}

/** A position as a person writes it. */
export function positionText([longitude, latitude]) {
  return `${coordinate(latitude, "N", "S")}\n${coordinate(longitude, "E", "W")}`;
}

function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
