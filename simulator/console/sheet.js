/** The sheet of one datastream: its whole history, a way to write any value, and every fact of it. */

import { el, icon, setAttribute, setFacts, setText } from "./dom.js";
import { age, clock, number, plain } from "./format.js";
import { binaryValue, isTrue, parseTyped, readDatastream, valueText } from "./datastream.js";
import { extremes, Sparkline } from "./spark.js";

export class Sheet {
  constructor(dialog, model, writes) {
    this.dialog = dialog;
    this.model = model;
    this.writes = writes;
    this.name = null;
    dialog.addEventListener("close", () => {
      this.name = null;
      dialog.replaceChildren();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  /** Show a datastream. */
  open(name) {
    const raw = this.model.datastreams.get(name);
    if (!raw) return;
    const view = readDatastream(raw);
    this.name = name;
    this.title = el("h2", { id: "sheet-title" });
    this.badges = el("p", { class: "badges" });
    this.text = el("bdi");
    this.unit = el("span", { class: "unit" });
    this.age = el("p", { class: "sheet-age" });
    this.spark = view.numeric || view.binary ? new Sparkline("spark spark-large") : null;
    this.bounds = el("div", { class: "bounds" }, el("span"), el("span"));
    this.times = el("div", { class: "times" }, el("span"), el("span"));
    this.note = el("p", { class: "sheet-note", role: "status" });
    this.facts = el("dl", { class: "facts" });
    this.properties = el("dl", { class: "facts" });
    this.propertiesTitle = el("h3", {}, "Properties set by the device");
    this.dialog.replaceChildren(
      el("header", { class: "sheet-head" }, el("div", {}, this.badges, this.title), el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => this.dialog.close() }, icon("close"))),
      el("div", { class: "sheet-body" },
        el("p", { class: "value sheet-value" }, this.text, this.unit), this.age,
        this.spark ? el("div", { class: "chart" }, this.spark.node, this.bounds, this.times) : null,
        this.form(view), this.note, this.facts, this.propertiesTitle, this.properties));
    this.update();
    this.dialog.showModal();
    const first = this.dialog.querySelector(".write-form [data-first]");
    first?.focus();
    first?.select?.();
  }

  /** Follow the datastream while the sheet is open. */
  update() {
    const raw = this.name === null ? null : this.model.datastreams.get(this.name);
    if (!raw) return;
    const view = readDatastream(raw);
    this.view = view;
    setText(this.title, view.title);
    setText(this.badges, `${view.pin} · ${view.type}${view.control ? " · control" : " · reading"}`);
    setText(this.text, view.value === null ? "No value" : view.text || "Empty");
    setText(this.unit, view.showsUnit ? view.unit : "");
    setAttribute(this.text.parentElement, "data-size", view.text.length > 60 ? "xs" : view.text.length > 14 ? "s" : null);
    this.text.parentElement.classList.toggle("is-absent", view.value === null || view.text === "");
    if (this.spark) this.chart(view);
    const pending = this.writes.of(this.name);
    setText(this.note, pending?.text ?? "");
    setAttribute(this.note, "data-write", pending?.phase ?? null);
    setFacts(this.facts, facts(view));
    const properties = Object.entries(view.properties).slice(0, 40);
    this.propertiesTitle.hidden = properties.length === 0;
    setFacts(this.properties, properties.map(([key, value]) => [plain(key, 40), plain(Array.isArray(value) ? value.join(", ") : String(value).replaceAll("\0", ", "), 300)]));
    this.tick();
  }

  /** Let the age go on. */
  tick() {
    if (this.name === null || !this.view) return;
    const { updatedAt, source } = this.view;
    setText(this.age, updatedAt === null ? "Never written" : `${age(this.model.now() - updatedAt)}, ${source === "app" ? "written here" : "by the device"}`);
  }

  chart(view) {
    this.spark.draw(view.history, view);
    const range = view.bounds ?? extremes(view.history);
    const places = view.type === "double" ? view.decimals : null;
    const say = (value) => (view.labels || view.binary ? valueText(view, value) : number(value, places));
    this.bounds.hidden = view.history.length < 2;
    setText(this.bounds.firstElementChild, range ? say(range[1]) : "");
    setText(this.bounds.lastElementChild, range ? say(range[0]) : "");
    const first = view.history[0];
    const last = view.history.at(-1);
    setText(this.times.firstElementChild, first && last !== first ? clock(first[0]) : "");
    setText(this.times.lastElementChild, first && last !== first ? clock(last[0]) : "");
  }

  form(view) {
    const write = (value) => this.writes.write(view.name, value);
    const head = el("h3", { id: "write-title" }, "Write a value");
    if (view.binary) {
      const buttons = [1, 0].map((state) => el("button", { type: "button", class: "button", "data-first": isTrue(view.value) !== Boolean(state), onclick: () => write(binaryValue(view, Boolean(state))) }, view.stateLabels[state]));
      return el("div", { class: "write-form", role: "group", "aria-labelledby": "write-title" }, head, el("div", { class: "write-row" }, ...buttons));
    }
    const send = el("button", { type: "submit", class: "button primary" }, "Send");
    const input = view.labels && view.numeric
      ? el("select", { "data-first": true, "aria-labelledby": "write-title" }, ...view.labels.map((label, index) => el("option", { value: index, selected: index === view.value }, label)))
      : el("input", { "data-first": true, type: "text", autocomplete: "off", spellcheck: "false", "aria-labelledby": "write-title", inputmode: view.numeric ? "decimal" : null, placeholder: placeholder(view) });
    if (input.tagName === "INPUT" && view.value !== null) input.value = Array.isArray(view.value) ? view.value.join(", ") : editable(view);
    const submit = (event) => {
      event.preventDefault();
      write(parseTyped(view, input.value));
    };
    return el("form", { class: "write-form", onsubmit: submit }, head, el("div", { class: "write-row" }, input.tagName === "SELECT" ? el("div", { class: "select" }, input) : input, send));
  }
}

function editable(view) {
  if (view.type === "double" && Number.isFinite(view.value)) return String(Number(view.value.toFixed(view.decimals ?? 6)));
  return String(view.value);
}

function placeholder(view) {
  if (view.type === "location") return "longitude, latitude";
  if (view.min !== null && view.max !== null) return `${number(view.min)} to ${number(view.max)}`;
  return view.numeric ? "A number" : "A text";
}

function facts(view) {
  const { raw } = view;
  const rows = [["Name", plain(view.name, 200)], ["Pin", view.pin], ["Type", view.type]];
  if (view.min !== null || view.max !== null) rows.push(["Range", `${view.min === null ? "…" : number(view.min)} to ${view.max === null ? "…" : number(view.max)}`]);
  if (view.step !== null) rows.push(["Step", number(view.step)]);
  if (raw.unit) rows.push(["Unit", plain(raw.unit, 60)]);
  if (view.labels) rows.push(["Labels", view.labels.join(", ")]);
  if (raw.default !== null && raw.default !== undefined) rows.push(["Default", plain(raw.default, 120)]);
  rows.push(["Synchronised at connect", raw.sync ? "yes" : "no"], ["Written by the device", number(view.writes.device)], ["Written here", number(view.writes.app)]);
  return rows;
}
