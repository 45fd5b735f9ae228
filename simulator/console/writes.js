/** Writes from this page to datastreams: sent in order, followed until the device confirms them. */

import { post } from "./api.js";

const CONFIRM_SECONDS = 10;
const NOTE_SECONDS = 6;
const ANSWER_SECONDS = 1.5;

/** Phases: "sending", "waiting" for the device, "confirmed", "unconfirmed", "stored" while the device is away, "failed". */
export class Writes {
  /** `onChange(name)` is called after every change of phase. */
  constructor(model, onChange) {
    this.model = model;
    this.onChange = onChange;
    this.entries = new Map();
  }

  /** The phase and text of a datastream's last write, or null. */
  of(name) {
    const entry = this.entries.get(name);
    return entry?.phase ? entry : null;
  }

  /** Queue a write; with `coalesce` a newer value replaces one that still waits its turn (a slider being dragged). */
  write(name, value, coalesce = false) {
    let entry = this.entries.get(name);
    if (!entry) this.entries.set(name, (entry = { phase: null, text: "", queue: [], busy: false, timer: null, baseline: 0, value: null, other: null }));
    if (coalesce && entry.queue.at(-1)?.coalesce) entry.queue.pop();
    entry.queue.push({ value, coalesce });
    if (!entry.busy) this.drain(name, entry);
  }

  /** Compare with what the cloud says of the datastream: the device confirms a write by writing it back. */
  heard(name, stream) {
    const entry = this.entries.get(name);
    if (!entry || !stream || (entry.phase !== "waiting" && entry.phase !== "unconfirmed")) return;
    if (!((stream.writes?.device ?? 0) > entry.baseline) || stream.source !== "device") return;
    if (String(stream.value) === String(entry.value)) {
      this.phase(name, entry, "confirmed", "Confirmed by the device", 1.5);
    } else if (entry.phase === "waiting") {
      // An answer to an earlier write, perhaps: only if no other follows did the device choose differently.
      clearTimeout(entry.other);
      entry.other = setTimeout(() => this.phase(name, entry, "unconfirmed", "Device set another value", NOTE_SECONDS), ANSWER_SECONDS * 1000);
    }
  }

  async drain(name, entry) {
    entry.busy = true;
    while (entry.queue.length > 0) {
      const { value } = entry.queue.shift();
      const stream = this.model.datastreams.get(name);
      entry.baseline = stream?.writes?.device ?? 0;
      entry.value = value;
      this.phase(name, entry, "sending", "Sending…");
      try {
        const answer = await post("widget", { datastream: name, value });
        if (answer.datastream) this.model.take({ type: "datastream", datastream: answer.datastream });
        const away = answer.delivered === false || !this.model.device?.online;
        if (away) this.phase(name, entry, "stored", "Stored; device away", NOTE_SECONDS);
        else this.wait(name, entry, stream?.confirm_timeout);
      } catch (error) {
        this.phase(name, entry, "failed", error.message, NOTE_SECONDS * 2);
      }
    }
    entry.busy = false;
  }

  wait(name, entry, timeout) {
    this.phase(name, entry, "waiting", "Waiting for the device…");
    this.heard(name, this.model.datastreams.get(name));
    if (entry.phase !== "waiting") return;
    entry.timer = setTimeout(
      () => this.phase(name, entry, "unconfirmed", "Not confirmed", NOTE_SECONDS * 5),
      (timeout || CONFIRM_SECONDS) * 1000,
    );
  }

  phase(name, entry, phase, text, seconds = null) {
    clearTimeout(entry.timer);
    clearTimeout(entry.other);
    entry.other = null;
    entry.phase = phase;
    entry.text = text;
    if (seconds !== null) entry.timer = setTimeout(() => this.phase(name, entry, null, ""), seconds * 1000);
    this.onChange(name);
  }
}
