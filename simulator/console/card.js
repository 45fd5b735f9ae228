/** One datastream's card: built once, then only what differs is touched. */

import { el, icon, setAttribute, setText } from "./dom.js";
import { age, number } from "./format.js";
import { isTrue, valueText } from "./datastream.js";
import { makeControl } from "./controls.js";
import { colourOf, hexOf } from "./compound.js";
import { Gauge, Track } from "./plots.js";
import { extremes, Sparkline } from "./spark.js";

const FLASH_AFTER = 900;
const LAMPS = new Set(["led", "colour", "swatch"]);
const PLOTS = { gauge: Gauge, place: Track };
const SMALL_SPARK = new Set(["slider", "number"]);
const NO_SPARK = new Set(["button", "label", "step", "time", "clock"]);
let serial = 0;

export class Card {
  /** `write(name, value, coalesce)` sends, `open(name)` shows the sheet. */
  constructor(view, write, open) {
    this.name = view.name;
    this.visible = true;
    this.changed = 0;
    this.shown = undefined;
    this.control = makeControl(view, (value, coalesce) => write(view.name, value, coalesce));
    const id = `card-${(serial += 1)}`;
    this.title = el("h3", { id });
    this.pin = el("span", { class: "pin" });
    this.text = el("bdi");
    this.unit = el("span", { class: "unit" });
    this.lamp = LAMPS.has(view.widget) ? el("i", { class: "lamp", "aria-hidden": "true" }) : null;
    this.value = el("p", { class: "value" }, this.lamp, this.text, this.unit);
    this.spark = hasSpark(view) ? new Sparkline() : null;
    this.plot = view.widget in PLOTS ? new PLOTS[view.widget]() : null;
    this.range = this.spark && !view.stepped && !view.control && !this.plot ? el("p", { class: "range" }, el("span"), el("span")) : null;
    this.ago = el("span", { class: "ago" }, " ago");
    this.since = el("span");
    this.age = el("span", { class: "age" }, this.since, this.ago);
    this.kind = el("span", { class: "kind" });
    this.note = el("span", { class: "note", role: "status" });
    this.button = el("button", { type: "button", class: "card-write", onclick: () => open(view.name) }, icon("write"));
    const place = this.control?.place ?? "below";
    const inline = place === "below" ? null : this.control?.node;
    const small = SMALL_SPARK.has(view.widget) ? this.spark.node : null;
    const beside = view.widget === "gauge" ? this.plot.node : (inline ?? small ?? this.range);
    this.node = el("article", { class: "card", "aria-labelledby": id, "data-widget": view.widget },
      el("header", {}, this.title, this.pin),
      el("div", { class: "card-value" }, place === "instead" ? null : this.value, beside),
      this.plot && beside !== this.plot.node ? el("div", { class: "plot-box" }, this.plot.node) : null,
      this.spark && !small ? el("div", { class: "spark-box" }, this.spark.node) : null,
      this.control && !inline ? el("div", { class: "card-control" }, this.control.node) : null,
      el("footer", {}, el("i", { class: "state", "aria-hidden": "true" }), this.age, this.kind, this.note, this.button));
    if (this.control && "preview" in this.control) this.control.preview = (value) => this.preview(value);
  }

  /** Whether another card has to be made for this view: the widget or its labels changed. */
  fits(view) {
    return this.signature === signatureOf(view);
  }

  /** Show a view; `pending` is the state of this page's last write. */
  update(view, pending, now) {
    this.signature = signatureOf(view);
    this.view = view;
    setText(this.title, view.title);
    setAttribute(this.title, "title", view.title.length > 40 ? view.title : null);
    setText(this.pin, view.pin);
    setText(this.kind, view.type);
    setAttribute(this.button, "aria-label", `Write to ${view.title}, details`);
    setAttribute(this.button, "title", "Write or see details");
    if (view.color) this.node.style.setProperty("--series", view.color);
    else this.node.style.removeProperty("--series");
    this.node.classList.toggle("is-disabled", view.disabled);
    this.node.classList.toggle("is-on", isLit(view));
    if (view.widget === "colour" || view.widget === "swatch") this.lamp.style.setProperty("--series", hexOf(colourOf(view.value) ?? [0, 0, 0]));
    const busy = pending?.phase === "sending" || pending?.phase === "waiting";
    this.control?.update(view, busy);
    this.preview(this.control?.held?.(busy) ?? null);
    const changed = this.shown !== undefined && view.updatedAt !== this.shown;
    this.shown = view.updatedAt;
    if (changed && this.visible) this.flash();
    this.showPending(pending);
    this.draw();
    this.tick(now);
  }

  /** Show the value of a control in use, or with null the one of the cloud. */
  preview(value) {
    if (value !== null) this.showValue(valueText(this.view, value), this.view.unit, false);
    else this.showValue(this.view.text, this.view.showsUnit ? this.view.unit : "", this.view.value === null);
  }

  showValue(text, unit, absent) {
    const empty = text === "";
    setText(this.text, absent ? "No value" : empty ? "Empty" : text);
    setText(this.unit, absent ? "" : unit);
    this.value.classList.toggle("is-absent", absent || empty);
    const length = text.length + unit.length / 2;
    setAttribute(this.value, "data-size", length > 26 ? "xs" : length > 12 ? "s" : length > 8 ? "m" : null);
  }

  showPending(pending) {
    setAttribute(this.node, "data-write", pending?.phase ?? null);
    setText(this.note, pending?.text ?? "");
    setAttribute(this.note, "title", pending?.text ?? null);
  }

  /** Draw the sparkline if anyone can see it. */
  draw() {
    if (!this.visible || !this.view) return;
    this.plot?.draw(this.view);
    if (!this.spark) return;
    const history = this.view.history;
    this.spark.draw(history, this.view);
    if (!this.range) return;
    const range = extremes(history);
    const places = this.view.type === "double" ? this.view.decimals : null;
    setText(this.range.firstElementChild, range ? number(range[1], places) : "");
    setText(this.range.lastElementChild, range ? number(range[0], places) : "");
  }

  /** Let the age go on. */
  tick(now) {
    if (!this.visible || !this.view) return;
    const { updatedAt, source, disabled } = this.view;
    const words = disabled ? "Disabled" : updatedAt === null ? "Never" : age(now - updatedAt);
    setText(this.since, words.replace(/ ago$/, ""));
    if (this.ago.hidden === words.endsWith(" ago")) this.ago.hidden = !this.ago.hidden;
    setAttribute(this.age, "title", updatedAt === null ? null : `${source === "app" ? "Written here" : "From the device"} at ${new Date(updatedAt * 1000).toLocaleString("en-GB")}`);
    setAttribute(this.node, "data-stale", this.stale);
  }

  flash() {
    // What changes all the time would only flicker: a change is worth a flash after some quiet.
    const now = performance.now();
    const quiet = now - this.changed;
    this.changed = now;
    if (quiet < FLASH_AFTER) return;
    const other = this.node.dataset.flash === "a" ? "b" : "a";
    this.node.dataset.flash = other;
  }
}

/** Whether a lamp shines: on, above nothing, or in a colour. */
function isLit(view) {
  if (view.binary) return isTrue(view.value);
  return view.numeric ? view.widget === "led" && Number(view.value) > 0 : (colourOf(view.value) ?? []).some((part) => part > 0);
}

function hasSpark(view) {
  if (!(view.numeric || view.binary)) return false;
  return !NO_SPARK.has(view.widget);
}

function signatureOf(view) {
  return `${view.widget}|${view.type}|${view.binary}|${view.labels?.join("\0") ?? ""}`;
}
