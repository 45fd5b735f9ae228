/** The buttons that make things happen to the device. */

import { post } from "./api.js";
import { el, icon, setAttribute, setText } from "./dom.js";
import { notify } from "./notices.js";

export class Actions {
  constructor(place, model) {
    this.model = model;
    this.region = el("select", { "aria-label": "Region to redirect to" });
    this.redirect = el("button", { type: "button", class: "button" }, icon("redirect"), "Redirect");
    this.redirect.addEventListener("click", () => this.run(this.redirect, "redirect", { region: this.region.value, then: "close" }, () => `Redirected to ${this.region.value}`));
    this.joined = el("div", { class: "joined" }, this.redirect, el("div", { class: "select" }, this.region));
    this.ping = this.button("ping", "Ping", "ping", {}, (answer) => {
      const text = `${Math.max(1, Math.round(answer.seconds * 1000))} ms`;
      setText(this.pinged, text);
      return `The device answered the ping in ${text}`;
    });
    this.pinged = this.ping.appendChild(el("span", { class: "pinged" }));
    place.append(
      this.ping,
      this.button("reboot", "Reboot", "reboot", {}, () => "Reboot sent"),
      this.button("setup", "Reconfigure", "reconfigure", {}, () => "Reconfigure sent"),
      this.button("update", "Offer update", "ota", { ver: "99.0.0" }, () => "Update offered"),
      this.button("drop", "Drop link", "drop", { abort: false }, () => "Connection cut"),
      this.button("outage", "10 s outage", "outage", { seconds: 10 }, () => "The cloud is gone for ten seconds", true),
      this.joined,
    );
    this.all = [...place.querySelectorAll("button")];
  }

  /** Offer what makes sense now. */
  update() {
    const { cloud, device } = this.model;
    for (const button of this.all) if (!button.dataset.always) button.disabled = !device?.online || button.classList.contains("is-busy");
    if (!cloud) return;
    const others = cloud.regions.map((region) => region.name).filter((name) => name !== device?.region);
    const key = others.join("\n");
    if (key !== this.offered) {
      this.offered = key;
      this.region.replaceChildren(...others.map((name) => el("option", { value: name }, name)));
    }
    this.joined.hidden = others.length === 0;
    this.region.disabled = !device?.online;
  }

  button(symbol, label, hook, body, said, always = false) {
    const node = el("button", { type: "button", class: "button", "data-always": always ? "true" : null }, icon(symbol), label);
    node.addEventListener("click", () => this.run(node, hook, body, said));
    return node;
  }

  async run(button, hook, body, said) {
    button.classList.add("is-busy");
    setAttribute(button, "aria-busy", "true");
    button.disabled = true;
    try {
      const answer = await post(hook, body);
      if (answer.delivered === false) notify("The device did not receive it: it is not connected or not subscribed", "bad");
      else notify(said(answer), "good");
    } catch (error) {
      notify(error.message, "bad");
    } finally {
      button.classList.remove("is-busy");
      setAttribute(button, "aria-busy", null);
      this.update();
      button.disabled = !(button.dataset.always || this.model.device?.online);
    }
  }
}
