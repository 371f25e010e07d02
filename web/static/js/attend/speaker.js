/**
 * A person's own side of the floor: their camera and microphone are connected while they stand in the list,
 * and open to the meeting only while the server says that they speak.
 */

import { evened } from "../media/sound.js";
import { publish } from "../media/whip.js";
import { open } from "./devices.js";

/** @typedef {"off" | "listening" | "rising" | "waiting" | "ready" | "next" | "speaking" | "paused"} Standing */
/** @typedef {"idle" | "opening" | "connecting" | "connected" | "away" | "closed" | "inuse" | "refused" | "failed"} SpeakerState */

/**
 * @typedef {{
 *   whip: string,
 *   token: () => Promise<string>,
 *   selfview?: HTMLVideoElement,
 *   soundOnly?: boolean,
 *   changed: (state: SpeakerState, trouble: string | null) => void,
 * }} Setting
 */

/**
 * @param {Standing} standing
 * @returns {boolean} whether the place is on the list or has the floor
 */
function asks(standing) {
  return standing === "rising" || standing === "waiting" || standing === "ready" || standing === "next" || standing === "speaking" || standing === "paused";
}

export class Speaker {
  /** @param {Setting} setting */
  constructor(setting) {
    this.setting = setting;
    /** @type {Standing} */
    this.standing = "off";
    /** @type {MediaStream | null} What the camera gives, for the self-view. */
    this.stream = null;
    /** @type {MediaStream | null} The same, shut whenever this place does not speak. */
    this.outgoing = null;
    /** @type {import("../media/sound.js").Evened | null} The same again, the voice evened: what is sent. */
    this.sent = null;
    /** @type {Awaited<ReturnType<typeof publish>> | null} */
    this.sender = null;
    this.muted = false;
    /** What was last asked for wins over what is still under way. */
    this.round = 0;
    /** A line is there or being made: news of the meeting that come meanwhile must not begin another. */
    this.busy = false;
    /** Another tab of this browser speaks for the place. */
    this.elsewhere = false;
    /** A page that was loaded in the middle of one's statement asks before it opens the microphone again. */
    this.consented = false;
  }

  /** The person has pressed something that means "I want to be heard": from now on the devices may be opened. */
  consent() {
    this.consented = true;
    if (asks(this.standing)) void this.follow(this.standing);
  }

  /**
   * Makes devices and line what the standing asks for.
   * @param {Standing} standing
   */
  async follow(standing) {
    const before = this.standing;
    this.standing = standing;
    // Consent lasts for one stay on the list: whoever asks again has pressed the button again.
    if (asks(before) && !asks(standing)) this.consented = false;
    if (asks(standing) && this.consented) await this.connect(false);
    else if (!asks(standing)) this.elsewhere = false;
    if (!asks(standing) || !this.consented) this.disconnect();
    this.openOrShut();
  }

  /** @param {boolean} take take the place over from another tab */
  async connect(take) {
    if (!take && (this.busy || this.elsewhere)) return;
    this.busy = true;
    this.elsewhere = false;
    this.round += 1;
    const round = this.round;
    this.sender?.close();
    this.sender = null;
    if (!this.stream) {
      this.setting.changed("opening", null);
      const { stream, trouble } = await open(this.setting.soundOnly);
      if (round !== this.round) {
        stream?.getTracks().forEach((track) => track.stop());
        return;
      }
      if (!stream) {
        this.busy = false;
        this.setting.changed("failed", trouble);
        return;
      }
      this.stream = stream;
      this.outgoing = stream.clone();
      this.openOrShut();
      const sent = await evened(this.outgoing);
      if (round !== this.round) {
        sent.close();
        return;
      }
      this.sent = sent;
      if (this.setting.selfview) this.setting.selfview.srcObject = stream;
      this.setting.changed("connecting", trouble);
    }
    const sender = await publish({
      url: this.setting.whip,
      token: this.setting.token,
      stream: /** @type {import("../media/sound.js").Evened} */ (this.sent).stream,
      take,
      onstate: (state) => {
        if (round !== this.round) return;
        // Protected since the page was opened, the place is taken in by voice alone.
        if (state === "refused" && !this.setting.soundOnly) this.goOnByVoice();
        else this.setting.changed(state, null);
      },
    });
    if (round !== this.round) sender.close();
    else {
      this.sender = sender;
      this.openOrShut();
    }
  }

  /** Shuts the camera for good, and comes back with the microphone. */
  goOnByVoice() {
    this.setting.soundOnly = true;
    if (this.setting.selfview) this.setting.selfview.hidden = true;
    this.disconnect();
    if (asks(this.standing) && this.consented) void this.connect(false);
  }

  /** Another tab has taken over: let go at once, and do not come back by itself. */
  giveWay() {
    if (!this.busy && !this.stream) return;
    this.disconnect();
    this.elsewhere = true;
    this.setting.changed("inuse", null);
  }

  disconnect() {
    this.round += 1;
    this.busy = false;
    const had = this.stream !== null || this.sender !== null;
    this.sender?.close();
    this.sender = null;
    for (const track of [...(this.stream?.getTracks() ?? []), ...(this.outgoing?.getTracks() ?? [])]) track.stop();
    this.sent?.close();
    this.sent = null;
    this.stream = null;
    this.outgoing = null;
    if (this.setting.selfview) this.setting.selfview.srcObject = null;
    if (had) this.setting.changed("idle", null);
  }

  /** @param {boolean} muted the person's own choice, within what the meeting allows */
  mute(muted) {
    this.muted = muted;
    this.openOrShut();
  }

  openOrShut() {
    const onAir = this.standing === "speaking";
    for (const track of this.outgoing?.getTracks() ?? []) {
      track.enabled = onAir && !(track.kind === "audio" && this.muted);
    }
  }
}
