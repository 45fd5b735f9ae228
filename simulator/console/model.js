/** The picture of the cloud, kept from the frames of /sim/events; what changed is handed on once per animation frame. */

const HISTORY = 60;

export class Model {
  /** `onChange({all, names, device, messages, cloud, diagnostics, events})` at most once per animation frame. */
  constructor(onChange) {
    this.onChange = onChange;
    this.datastreams = new Map();
    this.device = null;
    this.messages = null;
    this.cloud = null;
    this.offset = 0;
    this.scheduled = false;
    this.changes = fresh();
  }

  /** The simulator's clock now, in epoch seconds. */
  now() {
    return Date.now() / 1000 + this.offset;
  }

  /** Take one frame: the whole state, or any of its parts. */
  take(frame) {
    const part = frame.type === "state" ? frame.state : frame;
    if (Number.isFinite(part.now)) this.offset = part.now - Date.now() / 1000;
    if (frame.type === "state") {
      this.datastreams = new Map(part.datastreams.map((stream) => [stream.name, stream]));
      this.cloud = { template: part.template, entry: part.entry, home: part.home, regions: part.regions ?? [] };
      this.changes = { ...fresh(), all: true, device: true, messages: true, cloud: true, reset: true };
      this.changes.diagnostics = [...(part.diagnostics ?? [])];
      this.changes.events = [...(part.events ?? [])];
    } else {
      for (const stream of part.datastreams ?? (part.datastream ? [part.datastream] : [])) this.takeStream(stream);
      for (const name of part.removed ?? []) if (this.datastreams.delete(name)) this.changes.all = true;
      this.changes.diagnostics.push(...listed(part.diagnostics, part.diagnostic, frame, "diagnostic"));
      this.changes.events.push(...listed(part.events, part.event, frame, "event"));
      if (part.home && this.cloud) {
        this.cloud = { ...this.cloud, home: part.home };
        this.changes.cloud = true;
      }
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

  takeStream(stream) {
    const before = this.datastreams.get(stream.name);
    if (!before) this.changes.all = true;
    if (!stream.history && before) {
      const value = stream.value;
      const grown = typeof value === "number" && stream.updated_at !== before.updated_at;
      stream.history = grown ? [...(before.history ?? []), [stream.updated_at, value]].slice(-HISTORY) : before.history;
    }
    this.datastreams.set(stream.name, { ...before, ...stream });
    this.changes.names.add(stream.name);
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
  return { all: false, reset: false, names: new Set(), device: false, messages: false, cloud: false, diagnostics: [], events: [] };
}

function listed(many, one, frame, type) {
  if (many) return many;
  if (one) return [one];
  return frame.type === type ? [frame] : [];
}
