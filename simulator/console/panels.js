/** Presence, message quota, and the facts of device, template and regions. */

import { el, setAttribute, setFacts, setText } from "./dom.js";
import { clock, count, number, plain, span } from "./format.js";

const TRANSPORTS = { tcp: "TCP", tls: "TLS", ws: "WebSocket", wss: "WebSocket over TLS" };

export class Panels {
  constructor(model) {
    this.model = model;
    this.at = (id) => document.getElementById(id);
  }

  /** Who is online, since when, how. */
  device() {
    const device = this.model.device;
    if (!device) return;
    const never = !device.online && !device.connections;
    const state = device.online ? "online" : never ? "waiting" : "offline";
    setAttribute(this.at("presence"), "data-state", state);
    setAttribute(this.at("presence-chip"), "data-state", state);
    setText(this.at("presence-title"), device.online ? "Online" : never ? "Waiting" : "Offline");
    setText(this.at("presence-chip").lastElementChild, device.online ? `Online · ${device.region ?? "?"}` : never ? "Waiting" : "Offline");
    this.tick();
    setFacts(this.at("connection"), [
      ["Region", device.online ? plain(device.region ?? "–", 40) : "–"],
      ["Protocol", device.online && device.protocol ? `MQTT ${device.protocol}` : "–"],
      ["Transport", device.online ? TRANSPORTS[device.transport] ?? "–" : "–"],
      ["Keepalive", device.online && device.keepalive ? `${device.keepalive} s` : "–"],
    ]);
    const mcu = device.info_mcu ?? {};
    const rows = [
      ["Firmware", mcu.ver], ["Build", mcu.build], ["Template", mcu.tmpl], ["Package type", mcu.type],
      ["Receive buffer", mcu.rxbuff === undefined ? undefined : `${count(Number(mcu.rxbuff))} bytes`],
      ["Client id", device.client_id || (device.online ? "(empty)" : undefined)], ["Address", device.address],
      ["Connections", String(device.connections ?? 0)], ["Redirects", String(device.redirects ?? 0)],
    ];
    const known = new Set(["ver", "build", "tmpl", "type", "rxbuff"]);
    for (const [key, value] of Object.entries(mcu)) if (!known.has(key)) rows.push([plain(key, 30), typeof value === "string" ? value : JSON.stringify(value)]);
    for (const [key, value] of Object.entries(device.metadata ?? {})) if (value !== "") rows.push([plain(key, 30), value]);
    if (!device.info_mcu) rows.unshift(["info/mcu", "not received yet"]);
    setFacts(this.at("device-facts"), rows.filter(([, value]) => value !== undefined && value !== null).slice(0, 24).map(([term, value]) => [term, plain(value, 120)]));
    this.waiting();
  }

  /** The line below the presence, which runs on. */
  tick() {
    const device = this.model.device;
    if (!device) return;
    const long = device.since ? span(this.model.now() - device.since) : null;
    let text = long ? `for ${long}` : "";
    if (device.online && device.since) text += ` · since ${clock(device.since)}`;
    if (!device.online) text = device.connections ? (long ? `for ${long}` : "The device has left") : "No device has connected yet";
    setText(this.at("presence-sub"), text);
  }

  /** The monthly quota and how fast it goes. */
  messages() {
    const messages = this.model.messages;
    if (!messages) return;
    const share = messages.quota > 0 ? messages.used / messages.quota : 0;
    const meter = this.at("meter");
    setText(this.at("usage-used"), count(messages.used));
    setText(this.at("usage-quota"), `of ${count(messages.quota)}`);
    setText(this.at("usage-rate"), `${number(messages.per_minute ?? 0, 1)} per minute`);
    meter.firstElementChild.style.setProperty("--share", String(Math.min(1, share)));
    setAttribute(meter, "aria-valuenow", Math.min(100, Math.round(share * 100)));
    setAttribute(meter, "data-level", share >= 1 ? "bad" : share >= 0.8 ? "warn" : null);
    const parts = [`${count(messages.in)} in`, `${count(messages.out)} out`];
    if (messages.dropped) parts.push(`${count(messages.dropped)} dropped`);
    setText(this.at("usage-foot"), parts.join(" · "));
  }

  /** Template, regions and their ports. */
  cloud() {
    const cloud = this.model.cloud;
    if (!cloud) return;
    setFacts(this.at("cloud-facts"), [["Template", String(cloud.template)], ["Datastreams", String(this.model.datastreams.size)], ["Events", Object.keys(cloud.events).join(", ") || "any"], ["Entry region", cloud.entry], ["Home region", cloud.home]]);
    this.at("regions").replaceChildren(...cloud.regions.map((region) => {
      const marks = [region.name === cloud.entry ? "entry" : null, region.name === cloud.home ? "home" : null].filter(Boolean);
      const ports = ["mqtt", "tls", "ws", "wss", "http", "https"].filter((kind) => region[kind]);
      return el("section", { class: "region" },
        el("h3", {}, region.name, ...marks.map((mark) => el("span", {}, mark))),
        el("dl", {}, ...ports.map((kind) => el("div", {}, el("dt", {}, kind.toUpperCase()), el("dd", {}, String(region[kind]))))));
    }));
    this.waiting();
  }

  waiting() {
    const { device, cloud } = this.model;
    const show = Boolean(device && cloud && !device.online && !device.connections);
    const box = this.at("waiting");
    if (box.hidden === show) box.hidden = !show;
    const entry = cloud?.regions.find((region) => region.name === cloud.entry);
    if (!show || !entry) return;
    const host = location.hostname;
    const addresses = [["mqtt", "mqtt", ""], ["mqtts", "tls", ""], ["ws", "ws", "/mqtt"], ["wss", "wss", "/mqtt"]];
    this.at("waiting-ports").replaceChildren(...addresses.filter(([, key]) => entry[key]).map(([scheme, key, path]) => el("li", {}, el("code", {}, `${scheme}://${host}:${entry[key]}${path}`))));
  }
}
