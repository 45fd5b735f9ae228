/** The console: the app's side of the local Blynk cloud. Wires the simulator's events to the page. */

import { Actions } from "./actions.js";
import { get } from "./api.js";
import { setAttribute, setText } from "./dom.js";
import { Grid } from "./grid.js";
import { Link } from "./link.js";
import { Log } from "./log.js";
import { Model } from "./model.js";
import { Panels } from "./panels.js";
import { Sheet } from "./sheet.js";
import { Writes } from "./writes.js";

const at = (id) => document.getElementById(id);

const model = new Model(changed);
const writes = new Writes(model, (name) => {
  grid.update([name]);
  if (sheet.name === name) sheet.update();
});
const sheet = new Sheet(at("sheet"), model, writes);
const grid = new Grid(model, writes, (name) => sheet.open(name));
const panels = new Panels(model);
const actions = new Actions(at("actions"), model);
const diagnostics = new Log(at("diagnostics"), at("diagnostics-count"), "Nothing: the cloud has no complaint.", (entry) => ({ title: "", text: String(entry.text) }));
const events = new Log(at("events"), at("events-count"), "No event has been reported.", (entry) => ({ title: String(entry.code ?? ""), text: String(entry.description ?? "") }));
const link = new Link("/sim/events", (frame) => model.take(frame), linked);
let retryAt = null;

function changed(changes) {
  if (changes.reset.has("diagnostics")) diagnostics.clear();
  if (changes.reset.has("events")) events.clear();
  for (const name of changes.names) writes.heard(name, model.datastreams.get(name));
  if (changes.all) grid.rebuild();
  else if (changes.names.size > 0) grid.update(changes.names);
  if (sheet.name !== null && (changes.all || changes.names.has(sheet.name))) sheet.update();
  if (changes.device) panels.device();
  if (changes.messages) panels.messages();
  if (changes.cloud || changes.all) panels.cloud();
  if (changes.device || changes.cloud) actions.update();
  diagnostics.add(changes.diagnostics);
  events.add(changes.events);
  if (changes.reset.size === 0 && changes.diagnostics.length + changes.events.length > 0 && document.body.dataset.view !== "log") unseen(true);
}

function linked(status, when) {
  retryAt = when;
  const words = { connecting: "Connecting…", live: "Live", down: "Disconnected" };
  if (status === "connecting" && document.body.dataset.link === "down") return;
  document.body.dataset.link = status;
  setText(at("link").lastElementChild, words[status]);
  at("banner").hidden = status !== "down";
  countdown();
}

function countdown() {
  if (document.body.dataset.link !== "down") return;
  const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  setText(at("banner-text"), seconds > 0 ? `What you see is the last known state. Trying again in ${seconds} s.` : "What you see is the last known state. Trying again…");
}

function unseen(on) {
  at("tabs").querySelector(".unseen").hidden = !on;
}

function showView(name) {
  document.body.dataset.view = name;
  for (const tab of at("tabs").children) setAttribute(tab, "aria-current", tab.dataset.view === name ? "page" : null);
  if (name === "log") unseen(false);
  scrollTo({ top: 0 });
}

function isDark() {
  return (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
}

function showTheme() {
  setAttribute(at("theme"), "aria-pressed", isDark() ? "true" : "false");
  setAttribute(document.querySelector("meta[name=theme-color]"), "content", isDark() ? "#0d1417" : "#edf0f1");
}

at("theme").addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("console-theme", theme);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  showTheme();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
at("tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("button");
  if (tab) showView(tab.dataset.view);
});
at("retry").addEventListener("click", () => link.retry());
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || sheet.name !== null) return;
  if (event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  showView("datastreams");
  at("search").focus();
});
addEventListener("scroll", () => document.body.classList.toggle("is-scrolled", scrollY > 150), { passive: true });
setInterval(() => {
  countdown();
  if (document.hidden) return;
  grid.tick();
  panels.tick();
  sheet.tick();
}, 1000);
// The rate per minute falls while nothing happens, and then no event tells of it.
setInterval(async () => {
  if (document.hidden || document.body.dataset.link !== "live") return;
  const statistics = await get("statistics");
  if (statistics) model.take({ type: "messages", messages: statistics.messages });
}, 5000);

showTheme();
link.open();
