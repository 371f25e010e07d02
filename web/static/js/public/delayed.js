/** What is to be shown when picture and sound have come to it: in its order, and not at all later than some time. */

const TICK_MS = 100;
/** Who has waited for so long sees it wherever the sound is. */
const PATIENCE_MS = 30_000;
const MOST = 500;

/** @typedef {{ at: number, came: number, show: () => void }} Waiting `came`: by this page's clock */

export class Delayed {
  /**
   * @param {() => number | null} reached where picture and sound have come to, in ms of the server's clock; Infinity:
   * they are not late; null: they have not begun
   * @param {() => number} now in ms
   */
  constructor(reached, now = Date.now) {
    this.reached = reached;
    this.now = now;
    /** @type {Waiting[]} */
    this.waiting = [];
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  /**
   * @param {number} at what moment of the meeting it belongs to, in ms of the server's clock
   * @param {() => void} show
   */
  show(at, show) {
    this.waiting.push({ at, came: this.now(), show });
    if (this.waiting.length > MOST) this.waiting.shift()?.show();
    this.tick();
    if (this.waiting.length) this.timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  /** Shows what is due. */
  tick() {
    const reached = this.reached() ?? -Infinity;
    for (;;) {
      const next = this.waiting[0];
      if (!next || (next.at > reached && this.now() - next.came < PATIENCE_MS)) break;
      this.waiting.shift();
      next.show();
    }
    if (!this.waiting.length) this.#rest();
  }

  /** Nothing of what waits is to be shown. */
  clear() {
    this.waiting = [];
    this.#rest();
  }

  #rest() {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
