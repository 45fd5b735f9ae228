/** Sparklines as inline SVG: a smooth line for measurements, steps for states, with an area below. */

import { svg } from "./dom.js";

const WIDTH = 200;
const HEIGHT = 48;
const INSET = 4;
let serial = 0;

/** One sparkline; `draw` replaces its geometry, the nodes stay. */
export class Sparkline {
  constructor(className = "spark") {
    const gradient = `spark-${(serial += 1)}`;
    this.line = svg("path", { class: "spark-line" });
    this.area = svg("path", { class: "spark-area", fill: `url(#${gradient})` });
    this.end = svg("path", { class: "spark-end" });
    this.node = svg(
      "svg",
      { class: className, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("defs", {}, svg("linearGradient", { id: gradient, x1: 0, y1: 0, x2: 0, y2: 1 },
        svg("stop", { offset: 0, class: "spark-from" }), svg("stop", { offset: 1, class: "spark-to" }))),
      this.area, this.line, this.end,
    );
    this.drawn = null;
  }

  /** Draw [[epoch, value], …], stepped or smooth, between bounds where given; nothing is done for the same points again. */
  draw(points, { stepped, bounds }) {
    const usable = points.map(([time, value]) => [time, Number(value)]).filter((point) => point.every(Number.isFinite));
    // One point is a value that has not changed since.
    if (usable.length === 1) usable.push([usable[0][0] + 1, usable[0][1]]);
    const last = usable.at(-1);
    const key = last ? `${usable.length}:${usable[0][0]}:${last[0]}:${last[1]}:${stepped}${bounds}` : "";
    if (key === this.drawn) return;
    this.drawn = key;
    this.node.classList.toggle("is-empty", usable.length < 2);
    if (usable.length < 2) {
      for (const path of [this.line, this.area, this.end]) path.removeAttribute("d");
      return;
    }
    const placed = place(usable, bounds);
    const line = stepped ? steps(placed) : smooth(placed);
    const [x, y] = placed.at(-1);
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", `${line}V${HEIGHT}H${fixed(placed[0][0])}Z`);
    this.end.setAttribute("d", `M${fixed(x)} ${fixed(y)}h.01`);
  }
}

/** Lowest and highest value of a history, or null where there is no range to speak of. */
export function extremes(points) {
  let low = Infinity;
  let high = -Infinity;
  for (const [, value] of points) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low < high ? [low, high] : null;
}

function place(points, bounds) {
  const [low, high] = bounds ?? extremes(points) ?? [points[0][1] - 1, points[0][1] + 1];
  const from = points[0][0];
  const width = points.at(-1)[0] - from || 1;
  const height = high - low || 1;
  return points.map(([time, value]) => [
    ((time - from) / width) * (WIDTH - INSET),
    HEIGHT - INSET - (Math.min(1, Math.max(0, (value - low) / height))) * (HEIGHT - 2 * INSET),
  ]);
}

function steps(points) {
  let path = `M${fixed(points[0][0])} ${fixed(points[0][1])}`;
  for (const [x, y] of points.slice(1)) path += `H${fixed(x)}V${fixed(y)}`;
  return path;
}

/** Monotone cubic interpolation (Fritsch–Carlson): smooth, and never above or below what was measured. */
function smooth(points) {
  const n = points.length;
  const slopes = [];
  for (let i = 0; i < n - 1; i += 1) {
    slopes.push((points[i + 1][1] - points[i][1]) / (points[i + 1][0] - points[i][0] || 1e-6));
  }
  const tangents = points.map((_, i) => {
    const before = slopes[Math.max(0, i - 1)];
    const after = slopes[Math.min(n - 2, i)];
    if (before * after <= 0) return 0;
    return Math.sign(after) * Math.min(Math.abs(before + after) / 2, 3 * Math.abs(before), 3 * Math.abs(after));
  });
  let path = `M${fixed(points[0][0])} ${fixed(points[0][1])}`;
  for (let i = 0; i < n - 1; i += 1) {
    const [x0, y0] = points[i];
    const [x1, y1] = points[i + 1];
    const third = (x1 - x0) / 3;
    path += `C${fixed(x0 + third)} ${fixed(y0 + tangents[i] * third)} ${fixed(x1 - third)} ${fixed(y1 - tangents[i + 1] * third)} ${fixed(x1)} ${fixed(y1)}`;
  }
  return path;
}

function fixed(value) {
  return Math.round(value * 100) / 100;
}
