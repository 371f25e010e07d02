/** What an interpreter hears: the floor, or the channel that the booth takes relay from, as loud and bright as they like. */

import { Listening } from "../media/listening.js";
import { watch } from "../media/whep.js";

const KEPT = "rostrum-booth-ears";
const FLOOR = "floor";
const METER_MS = 50;

/** @type {Record<string, (ears: Listening, value: number) => void>} */
const KNOBS = {
  volume: (ears, value) => (ears.volume = value / 100),
  treble: (ears, value) => (ears.treble = value),
  bass: (ears, value) => (ears.bass = value),
  balance: (ears, value) => (ears.balance = value / 100),
};

export class Ears {
  /**
   * @param {{
   *   whep: string,
   *   token: () => Promise<string>,
   *   stage: HTMLVideoElement,
   *   meter: HTMLMeterElement,
   *   onstate: (state: string) => void,
   * }} setting
   */
  constructor(setting) {
    this.setting = setting;
    this.listening = new Listening();
    this.channel = FLOOR;
    /** @type {import("../media/whep.js").Watching | null} */
    this.watching = null;
    void this.connect();
    setInterval(() => {
      this.setting.meter.value = this.listening.level(this.heard);
    }, METER_MS);
  }

  /** @returns {"floor" | "channel"} the slot that carries what is listened to */
  get heard() {
    return this.channel === FLOOR ? "floor" : "channel";
  }

  async connect() {
    this.watching?.close();
    this.mix();
    this.watching = await watch({
      url: this.setting.whep,
      token: this.setting.token,
      channel: this.channel,
      most: "small",
      onstate: this.setting.onstate,
      onslot: (slot, track) => {
        if (slot === "floor" || slot === "channel") this.listening.set(slot, track);
        else if (slot === "stage") this.setting.stage.srcObject = new MediaStream([track]);
      },
    });
  }

  async restart() {
    await this.connect();
  }

  /** @param {string} channel */
  async listenTo(channel) {
    if (channel === this.channel) return;
    this.channel = channel;
    this.mix();
    await this.watching?.tune(channel);
  }

  mix() {
    for (const slot of ["floor", "channel"]) this.listening.gain(slot, slot === this.heard ? 1 : 0);
  }

  /** The knobs of the page, as they were left in this browser. */
  wire() {
    /** @type {Record<string, string>} */
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    for (const [id, turn] of Object.entries(KNOBS)) {
      const knob = /** @type {HTMLInputElement} */ (document.getElementById(id));
      knob.value = kept[id] ?? knob.value;
      turn(this.listening, Number(knob.value));
      knob.addEventListener("input", () => {
        turn(this.listening, Number(knob.value));
        kept[id] = knob.value;
        localStorage.setItem(KEPT, JSON.stringify(kept));
      });
    }
    const on = /** @type {HTMLButtonElement} */ (document.getElementById("sound-on"));
    on.hidden = !this.listening.blocked;
    const unblock = () => void this.listening.resume().then(() => (on.hidden = true));
    on.addEventListener("click", unblock);
    // Any key or press will do: an interpreter has no hand free to look for a button.
    for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, unblock, { once: true });
  }
}
