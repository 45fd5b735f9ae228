/** The picture of the cloud, kept from the frames of /sim/events; what changed is handed on once per animation frame. */

export class Model {
  /** `onChange({all, names, device, messages, cloud, diagnostics, events, reset})` at most once per animation frame. */
  constructor(onChange) {
    this.onChange = onChange;
    this.datastreams = new Map();
    this.device = null;
    this.messages = null;
    this.cloud = null;
    this.offset = 0;
    this.newest = { diagnostics: null, events: null };
    this.scheduled = false;
    this.changes = fresh();
  }

  /** The simulator's clock now, in epoch seconds. */
  now() {
    return Date.now() / 1000 + this.offset;
  }

  /** Take one frame: the whole state (also sent when much changed at once), or one of its parts. */
  take(frame) {
    const part = frame.type === "state" ? frame.state : frame;
    if (Number.isFinite(part.now)) this.offset = part.now - Date.now() / 1000;
    if (frame.type === "state") this.takeState(part);
    if (part.datastream) this.takeStream(part.datastream);
    if (part.diagnostic) this.takeLog("diagnostics", [part.diagnostic]);
    if (part.event) this.takeLog("events", [part.event]);
    if (part.home && this.cloud && part.home !== this.cloud.home) {
      this.cloud = { ...this.cloud, home: part.home };
      this.changes.cloud = true;
    }
    if (part.device) {
      this.device = part.device;
      this.changes.device = true;
    }
    if (part.messages) {
      this.messages = part.messages;
      this.changes.messages = true;
    }
    this.schedule();
  }

  takeState(state) {
    const names = new Set(state.datastreams.map((stream) => stream.name));
    for (const name of this.datastreams.keys()) {
      if (names.has(name)) continue;
      this.datastreams.delete(name);
      this.changes.all = true;
    }
    for (const stream of state.datastreams) this.takeStream(stream);
    this.takeLog("diagnostics", unheard(state.diagnostics, this.newest.diagnostics, this.changes.reset, "diagnostics"));
    this.takeLog("events", unheard(state.events, this.newest.events, this.changes.reset, "events"));
    const cloud = { template: state.template, entry: state.entry, home: state.home, events: state.template_events, regions: state.regions };
    if (JSON.stringify(cloud) !== JSON.stringify(this.cloud)) {
      this.cloud = cloud;
      this.changes.cloud = true;
    }
  }

  takeStream(stream) {
    const before = this.datastreams.get(stream.name);
    if (!before || before.pin !== stream.pin) this.changes.all = true;
    else if (essence(before) === essence(stream)) return;
    this.datastreams.set(stream.name, stream);
    this.changes.names.add(stream.name);
  }

  takeLog(log, entries) {
    if (this.changes.reset.has(log)) this.changes[log] = [];
    this.changes[log].push(...entries);
    this.newest[log] = entries.at(-1) ?? (this.changes.reset.has(log) ? null : this.newest[log]);
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    const flush = () => {
      this.scheduled = false;
      const changes = this.changes;
      this.changes = fresh();
      this.onChange(changes);
    };
    if (document.hidden) setTimeout(flush, 500);
    else requestAnimationFrame(flush);
  }
}

function fresh() {
  return { all: false, names: new Set(), device: false, messages: false, cloud: false, diagnostics: [], events: [], reset: new Set() };
}

/** All of a datastream that can be seen to change, as text; of its history the ends are enough. */
function essence({ history, ...rest }) {
  return `${JSON.stringify(rest)}${history?.length}${history?.[0]?.[0]}${history?.at(-1)}`;
}

/** The entries after the newest one already known; all of them, with the log marked for a fresh start, if it is not among them. */
function unheard(entries, newest, reset, log) {
  const key = newest && JSON.stringify(newest);
  const index = newest ? entries.findLastIndex((entry) => JSON.stringify(entry) === key) : -1;
  if (index < 0) reset.add(log);
  return entries.slice(index + 1);
}
