/** A log, newest first: entries are added one by one, equal ones in a row are counted instead of repeated. */

import { el, setText } from "./dom.js";
import { clock, plain } from "./format.js";

const KEPT = 200;

export class Log {
  /** `read(entry)` gives {title, text} of an entry. */
  constructor(list, counter, emptyText, read) {
    this.list = list;
    this.counter = counter;
    this.emptyText = emptyText;
    this.read = read;
    this.total = 0;
    this.clear();
  }

  /** Forget everything. */
  clear() {
    this.total = 0;
    this.last = null;
    this.list.replaceChildren(el("li", { class: "log-empty" }, this.emptyText));
    setText(this.counter, "");
  }

  /** Add entries, oldest first. */
  add(entries) {
    if (entries.length === 0) return;
    if (this.total === 0) this.list.replaceChildren();
    for (const entry of entries.slice(-KEPT)) this.addOne(entry);
    this.total += entries.length;
    while (this.list.children.length > KEPT) this.list.lastElementChild.remove();
    setText(this.counter, String(Math.min(this.total, KEPT)));
  }

  addOne(entry) {
    const { title, text } = this.read(entry);
    const key = `${title}\0${text}`;
    if (this.last?.key === key) {
      this.last.times += 1;
      setText(this.last.repeat, `×${this.last.times}`);
      setText(this.last.time, clock(entry.time));
      return;
    }
    const time = el("time", {}, clock(entry.time));
    const repeat = el("span", { class: "log-repeat" });
    this.list.prepend(el("li", {}, time, el("p", {}, title ? el("b", {}, plain(title, 80)) : null, el("span", {}, plain(text, 500))), repeat));
    this.last = { key, times: 1, time, repeat };
  }
}
