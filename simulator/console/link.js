/** The WebSocket to the simulator: it reconnects for ever, with growing pauses, and says how it stands. */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10000;

export class Link {
  /** `onFrame(object)` for every frame, `onStatus("connecting" | "live" | "down", retryAt)` for every change. */
  constructor(path, onFrame, onStatus) {
    this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.onFrame = onFrame;
    this.onStatus = onStatus;
    this.pause = FIRST_PAUSE;
    this.timer = null;
    this.socket = null;
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.retry();
    });
  }

  /** Open the socket. */
  open() {
    clearTimeout(this.timer);
    this.timer = null;
    this.onStatus("connecting", null);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("message", (message) => {
      this.pause = FIRST_PAUSE;
      this.onFrame(JSON.parse(message.data));
    });
    socket.addEventListener("open", () => this.onStatus("live", null));
    socket.addEventListener("close", () => {
      if (socket !== this.socket) return;
      this.socket = null;
      const wait = this.pause * (0.8 + 0.4 * Math.random());
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
      this.timer = setTimeout(() => this.open(), wait);
      this.onStatus("down", Date.now() + wait);
    });
  }

  /** Try now instead of after the pause. */
  retry() {
    if (this.timer === null) return;
    this.pause = FIRST_PAUSE;
    this.open();
  }
}
