/** Sound outputs for a conference system: each language's channel out of a device of its own. */

import { list } from "../attend/devices.js";
import { showLevel } from "../attend/level.js";
import { watch } from "../media/whep.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";
import { sound } from "./tone.js";

const KEY = "rostrum.hall-outputs";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @returns {Record<string, string>} the device of each language, as this browser remembers it */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** One language's channel and the device that it goes out of. */
class Output {
  /**
   * @param {string} language
   * @param {{ whep: string, token: () => Promise<string> }} meeting
   */
  constructor(language, meeting) {
    this.language = language;
    this.meeting = meeting;
    this.round = 0;
    /** @type {{ close: () => void } | null} */
    this.watching = null;
    this.stopLevel = () => {};
    this.device = /** @type {HTMLSelectElement} */ (part(`output-device-${language}`));
    this.sound = /** @type {HTMLAudioElement} */ (part(`output-sound-${language}`));
    this.device.addEventListener("change", () => {
      localStorage.setItem(KEY, JSON.stringify({ ...remembered(), [language]: this.device.value }));
      void this.start();
    });
    this.test = /** @type {HTMLButtonElement} */ (part(`output-test-${language}`));
    this.test.addEventListener("click", () => void this.tone());
    this.tell("none");
  }

  /** @param {string} state */
  tell(state) {
    part(`output-state-${this.language}`).textContent = say(`output.${state}`);
  }

  /** @param {MediaDeviceInfo[]} outputs */
  offer(outputs) {
    const before = this.device.value;
    const chosen = before || remembered()[this.language] || "";
    const options = outputs.map((each, n) => new Option(each.label || say("output.device", { n: n + 1 }), each.deviceId));
    this.device.replaceChildren(/** @type {HTMLOptionElement} */ (this.device.options[0]), ...options);
    const there = outputs.some((each) => each.deviceId === chosen);
    this.device.value = there ? chosen : "";
    this.device.disabled = !outputs.length;
    if (this.device.value !== before) void this.start();
    if (chosen && !there) this.tell("missing");
  }

  async start() {
    this.stop();
    const { round } = this;
    this.test.disabled = !this.device.value;
    if (!this.device.value) return;
    try {
      await this.sound.setSinkId(this.device.value);
    } catch {
      if (round === this.round) this.tell("failed");
      return;
    }
    const made = await watch({
      url: this.meeting.whep,
      token: this.meeting.token,
      most: "none",
      channel: this.language,
      onslot: (slot, track) => {
        if (slot !== "channel" || round !== this.round) return;
        const stream = new MediaStream([track]);
        this.sound.srcObject = stream;
        void this.sound.play();
        this.stopLevel();
        this.stopLevel = showLevel(stream, /** @type {HTMLMeterElement} */ (part(`output-level-${this.language}`)));
      },
      onstate: (state) => {
        if (round === this.round) this.tell(state);
      },
    });
    if (round === this.round) this.watching = made;
    else made.close();
  }

  stop() {
    this.round += 1;
    this.watching?.close();
    this.watching = null;
    this.stopLevel();
    this.sound.srcObject = null;
    this.tell("none");
  }

  async tone() {
    const context = new AudioContext();
    const into = context.createMediaStreamDestination();
    const player = /** @type {HTMLAudioElement} */ (part(`output-tone-${this.language}`));
    player.srcObject = into.stream;
    try {
      await player.setSinkId(this.device.value);
      await player.play();
    } catch {
      this.tell("failed");
      void context.close();
      return;
    }
    const stopLevel = showLevel(into.stream, /** @type {HTMLMeterElement} */ (part(`output-level-${this.language}`)));
    sound(context, into, () => {
      stopLevel();
      player.srcObject = null;
      void context.close();
    });
  }
}

/**
 * @param {{ whep: string, token: () => Promise<string> }} meeting
 * @returns {() => void} to be called when the page's news has come
 */
export function runOutputs(meeting) {
  /** @type {Map<string, Output>} */
  const outputs = new Map();
  /** @type {MediaDeviceInfo[]} */
  let devices = [];
  const able = "setSinkId" in HTMLMediaElement.prototype && Boolean(navigator.mediaDevices);
  part("outputs-unable").hidden = able;
  if (!able) return () => {};

  const arrange = () => {
    const shown = new Set();
    for (const row of part("outputs").querySelectorAll("[data-language]")) {
      if (row instanceof HTMLElement && row.dataset["language"]) shown.add(row.dataset["language"]);
    }
    for (const [language, output] of outputs) {
      if (shown.has(language)) continue;
      output.stop();
      outputs.delete(language);
    }
    for (const language of shown) {
      if (outputs.has(language)) continue;
      const output = new Output(language, meeting);
      outputs.set(language, output);
      output.offer(devices);
    }
  };
  const find = async () => {
    devices = await list("audiooutput");
    for (const output of outputs.values()) output.offer(devices);
  };
  arrange();
  onPress("outputs-open", async () => {
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of opened.getTracks()) track.stop();
    } catch {
      part("outputs-trouble").textContent = say("output.failed");
    }
    await find();
  });
  navigator.mediaDevices.addEventListener("devicechange", () => void find());
  // Devices that were allowed before are named at once: a screen that is loaded anew goes on by itself.
  if (Object.values(remembered()).some(Boolean)) void find();
  return arrange;
}
