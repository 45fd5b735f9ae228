/** The datastream cards: grouped, ordered by pin, searched and filtered. */

import { el, setText } from "./dom.js";
import { Card } from "./card.js";
import { isStale, readDatastream } from "./datastream.js";

const FILTERS = [
  ["all", "All", () => true],
  ["controls", "Controls", (view) => view.control],
  ["readings", "Readings", (view) => !view.control],
  ["stale", "Stale", (view, now) => isStale(view, now)],
];

export class Grid {
  constructor(model, writes, open) {
    this.model = model;
    this.writes = writes;
    this.open = open;
    this.cards = new Map();
    this.filter = "all";
    this.query = "";
    this.groups = new Map(["controls", "readings"].map((id) => {
      const section = document.getElementById(id);
      return [id, { section, list: section.querySelector(".cards"), count: section.querySelector("h2 span") }];
    }));
    this.nothing = document.getElementById("nothing");
    this.chips = new Map(FILTERS.map(([id, label]) => [id, this.chip(id, label)]));
    document.getElementById("filters").append(...this.chips.values());
    this.search = document.getElementById("search");
    this.search.addEventListener("input", () => {
      this.query = this.search.value.trim().toLowerCase();
      this.apply();
    });
    this.sight = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: "120px" });
  }

  /** Bring every card in line with the model. */
  rebuild() {
    for (const name of [...this.cards.keys()]) if (!this.model.datastreams.has(name)) this.remove(name);
    for (const raw of this.model.datastreams.values()) this.show(raw);
    const ordered = [...this.cards.values()].sort((a, b) => (a.view.raw.pin ?? 999) - (b.view.raw.pin ?? 999));
    for (const [id, group] of this.groups) {
      const nodes = ordered.filter((card) => card.view.control === (id === "controls")).map((card) => card.node);
      nodes.forEach((node, index) => {
        if (group.list.children[index] !== node) group.list.insertBefore(node, group.list.children[index] ?? null);
      });
    }
    this.apply();
  }

  /** Update the named cards only. */
  update(names) {
    let moved = false;
    for (const name of names) {
      const raw = this.model.datastreams.get(name);
      if (raw) moved = this.show(raw) || moved;
    }
    if (moved) this.rebuild();
    else if (this.query || this.filter === "stale") this.apply();
  }

  /** Every second: ages, staleness and the counts that depend on them. */
  tick() {
    const now = this.model.now();
    for (const card of this.cards.values()) {
      card.stale = isStale(card.view, now);
      card.tick(now);
    }
    this.apply();
  }

  show(raw) {
    const pending = this.writes.of(raw.name);
    // On its way to the cloud a value is shown as if it were there, lest the control springs back for a moment.
    const view = readDatastream(pending?.phase === "sending" ? { ...raw, value: pending.value } : raw);
    const now = this.model.now();
    let card = this.cards.get(raw.name);
    let fresh = !card;
    if (card && !card.fits(view)) {
      this.remove(raw.name);
      fresh = true;
    }
    if (fresh) {
      card = new Card(view, (name, value, coalesce) => this.writes.write(name, value, coalesce), this.open);
      this.cards.set(raw.name, card);
      card.node.card = card;
      this.sight.observe(card.node);
    }
    card.stale = isStale(view, now);
    card.update(view, pending, now);
    return fresh;
  }

  remove(name) {
    const card = this.cards.get(name);
    this.sight.unobserve(card.node);
    card.node.remove();
    this.cards.delete(name);
  }

  seen(entries) {
    for (const entry of entries) {
      const card = entry.target.card;
      card.visible = entry.isIntersecting;
      if (card.visible) {
        card.draw();
        card.tick(this.model.now());
      }
    }
  }

  chip(id, label) {
    return el("button", {
      type: "button",
      class: "filter",
      "aria-pressed": id === this.filter ? "true" : "false",
      onclick: () => {
        this.filter = id;
        for (const [other, chip] of this.chips) chip.setAttribute("aria-pressed", String(other === id));
        this.apply();
      },
    }, label, el("span"));
  }

  apply() {
    const now = this.model.now();
    const totals = Object.fromEntries(FILTERS.map(([id]) => [id, 0]));
    const shown = { controls: 0, readings: 0 };
    const passes = FILTERS.find(([id]) => id === this.filter)[2];
    for (const card of this.cards.values()) {
      const { view } = card;
      for (const [id, , test] of FILTERS) if (test(view, now)) totals[id] += 1;
      const visible = passes(view, now) && this.matches(view);
      if (card.node.hidden === visible) card.node.hidden = !visible;
      if (visible) shown[view.control ? "controls" : "readings"] += 1;
    }
    for (const [id, chip] of this.chips) setText(chip.lastElementChild, String(totals[id]));
    for (const [id, group] of this.groups) {
      if (group.section.hidden === shown[id] > 0) group.section.hidden = shown[id] === 0;
      setText(group.count, String(shown[id]));
    }
    const empty = shown.controls + shown.readings === 0;
    if (this.nothing.hidden === empty) this.nothing.hidden = !empty;
    if (empty) setText(this.nothing, this.reason());
  }

  matches(view) {
    if (!this.query) return true;
    return `${view.title}\n${view.name}\n${view.pin}\n${view.type}`.toLowerCase().includes(this.query);
  }

  reason() {
    if (!this.model.cloud) return "Loading…";
    if (this.cards.size === 0) return "The template has no datastreams yet.";
    if (this.query) return `No datastream matches “${this.search.value.trim()}”.`;
    return this.filter === "stale" ? "Nothing is stale: every datastream was heard of within ten minutes." : "None of this kind in the template.";
  }
}
