/** The booth's microphone: opened when its interpreter sits down, open or shut as the booth says, silent at once on a cough. */

import { open } from "../attend/devices.js";
import { showLevel } from "../attend/level.js";
import { evened } from "../media/sound.js";
import { publish } from "../media/whip.js";
import { say } from "../ui/words.js";

export class Microphone {
  /**
   * @param {{
   *   whip: string,
   *   token: () => Promise<string>,
   *   signs: boolean,
   *   meter: HTMLMeterElement,
   *   onstate: (state: string) => void,
   *   ontrouble: (words: string) => void,
   * }} setting `signs`: the booth sends a picture
   */
  constructor(setting) {
    this.setting = setting;
    this.coughs = false;
    this.isOpen = false;
    this.wanted = false;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Awaited<ReturnType<typeof publish>> | null} */
    this.line = null;
    /** @type {import("../media/sound.js").Evened | null} */
    this.sent = null;
    this.stopMeter = () => {};
    this.round = 0;
  }

  /**
   * @param {boolean} sits whether the interpreter sits at the console
   * @param {boolean} isOpen whether the microphone is open
   */
  async follow(sits, isOpen) {
    this.isOpen = isOpen;
    this.apply();
    if (sits === this.wanted) return;
    this.wanted = sits;
    if (sits) await this.connect();
    else this.close();
  }

  async connect() {
    this.close();
    this.wanted = true;
    const round = (this.round += 1);
    this.setting.onstate("connecting");
    const { stream, trouble } = await open(!this.setting.signs);
    if (round !== this.round) {
      for (const track of stream?.getTracks() ?? []) track.stop();
      return;
    }
    this.setting.ontrouble(trouble ?? "");
    if (!stream) {
      this.setting.onstate("closed");
      this.setting.ontrouble(`${say("mic.failed")} ${trouble ?? ""}`);
      return;
    }
    this.stream = stream;
    this.stopMeter = showLevel(stream, this.setting.meter);
    this.apply();
    const sent = await evened(stream);
    if (round !== this.round) return sent.close();
    this.sent = sent;
    const line = await publish({
      url: this.setting.whip,
      token: this.setting.token,
      stream: sent.stream,
      take: true,
      onstate: this.setting.onstate,
    });
    if (round === this.round) this.line = line;
    else line.close();
  }

  async restart() {
    if (this.wanted) await this.connect();
  }

  apply() {
    for (const track of this.stream?.getTracks() ?? []) track.enabled = this.isOpen && !this.coughs;
  }

  /**
   * Silent here and at the server, at once.
   * @param {boolean} on
   */
  async cough(on) {
    if (on === this.coughs) return;
    this.coughs = on;
    this.apply();
    await this.line?.silence(on);
    this.apply();
  }

  close() {
    this.round += 1;
    this.stopMeter();
    this.stopMeter = () => {};
    this.line?.close();
    this.line = null;
    this.sent?.close();
    this.sent = null;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.setting.onstate("closed");
  }
}
