/** Small drawings beside a value: a gauge's arc, and the track of a place. */

import { svg } from "./dom.js";
import { positionOf } from "./compound.js";

const RADIUS = 40;
const LENGTH = Math.PI * RADIUS;
const WIDTH = 200;
const HEIGHT = 72;
const METRES_A_DEGREE = 111_320;
const LEAST_SPAN = 200; // m: a standing device's noise is not blown up to the whole plot

/** A half circle that fills from a datastream's minimum to its maximum. */
export class Gauge {
  constructor() {
    const arc = `M10 50A${RADIUS} ${RADIUS} 0 0 1 90 50`;
    this.fill = svg("path", { class: "gauge-fill", d: arc, "stroke-dasharray": `0 ${LENGTH}` });
    this.node = svg("svg", { class: "gauge", viewBox: "0 0 100 56", "aria-hidden": "true" }, svg("path", { class: "gauge-track", d: arc }), this.fill);
  }

  /** Show a value between the view's bounds. */
  draw(view) {
    const share = view.value === null ? 0 : Math.min(1, Math.max(0, (Number(view.value) - view.min) / (view.max - view.min)));
    this.fill.setAttribute("stroke-dasharray", `${(share * LENGTH).toFixed(2)} ${LENGTH}`);
    this.fill.classList.toggle("is-empty", share === 0);
  }
}

/** Longitude and latitude to scale, without a map: where the device is, where it came from, and how far that is. */
export class Track {
  constructor() {
    this.grid = svg("path", { class: "track-grid" });
    this.path = svg("path", { class: "track-path" });
    this.dot = svg("circle", { class: "track-dot", r: 5 });
    this.halo = svg("circle", { class: "track-halo", r: 11 });
    this.bar = svg("path", { class: "track-bar" });
    this.scale = svg("text", { class: "track-scale", x: WIDTH - 8, y: HEIGHT - 12, "text-anchor": "end" });
    this.node = svg("svg", { class: "track", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
      this.grid, this.path, this.halo, this.dot, this.bar, this.scale);
  }

  /** Draw the places of a history, the last one marked. */
  draw(view) {
    const here = positionOf(view.value);
    this.node.classList.toggle("is-empty", here === null);
    if (here === null) return;
    const places = [...view.history.map(([, value]) => positionOf(value)).filter(Boolean), here].map((place) => metres(place, here));
    const xs = places.map(([x]) => x);
    const ys = places.map(([, y]) => y);
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const span = Math.max(LEAST_SPAN, (right - left) * 1.3, ((high - low) * 1.5 * WIDTH) / HEIGHT);
    const unit = WIDTH / span;
    const drawn = places.map(([x, y]) => [WIDTH / 2 + (x - (left + right) / 2) * unit, HEIGHT / 2 - (y - (low + high) / 2) * unit]);
    const [x, y] = drawn.at(-1);
    const length = round(span / 4);
    this.path.setAttribute("d", `M${drawn.map((point) => point.map((part) => part.toFixed(1)).join(" ")).join("L")}`);
    for (const mark of [this.dot, this.halo]) {
      mark.setAttribute("cx", x.toFixed(1));
      mark.setAttribute("cy", y.toFixed(1));
    }
    this.grid.setAttribute("d", grid(x, y, length * unit));
    this.bar.setAttribute("d", `M${WIDTH - 8 - length * unit} ${HEIGHT - 8}v3h${length * unit}v-3`);
    this.scale.textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  }
}

/** The way from one place to another in metres, east and north: good enough for what a card can show. */
function metres([longitude, latitude], [zeroLongitude, zeroLatitude]) {
  const around = ((longitude - zeroLongitude + 540) % 360) - 180;
  return [around * METRES_A_DEGREE * Math.cos((zeroLatitude * Math.PI) / 180), (latitude - zeroLatitude) * METRES_A_DEGREE];
}

/** The next lower length of 1, 2 or 5 times a power of ten. */
function round(length) {
  const power = 10 ** Math.floor(Math.log10(length));
  return [5, 2, 1].find((factor) => factor * power <= length) * power;
}

function grid(x, y, step) {
  let path = "";
  for (let at = x % step; at <= WIDTH; at += step) path += `M${at.toFixed(1)} 0V${HEIGHT}`;
  for (let at = y % step; at <= HEIGHT; at += step) path += `M0 ${at.toFixed(1)}H${WIDTH}`;
  return path;
}
