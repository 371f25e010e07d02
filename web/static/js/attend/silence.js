/** Notices that a channel has gone silent while the floor speaks: told once for each silence. No page, no clock. */

/** Root mean square above which something is heard: −54 dB of full scale. */
export const LOUD = 0.002;
/** Speech has pauses: for so long after its last sound the floor counts as speaking. */
const PAUSE_MS = 4000;

export class SilenceWatch {
  constructor() {
    this.lastChannelMs = 0;
    this.lastFloorMs = -Infinity;
    this.told = false;
    this.sounds = false;
  }

  /** @param {number} nowMs from when on silence is counted */
  begin(nowMs) {
    this.lastChannelMs = nowMs;
    this.lastFloorMs = -Infinity;
    this.told = false;
    this.sounds = false;
  }

  /**
   * @param {number} channel root mean square of the channel
   * @param {number} floor and of the floor
   * @param {number} nowMs
   * @param {number} limitMs for how long a channel may be silent
   * @returns {boolean} whether the listener is to be told now
   */
  look(channel, floor, nowMs, limitMs) {
    this.sounds = channel > LOUD;
    if (floor > LOUD) this.lastFloorMs = nowMs;
    const speaks = nowMs - this.lastFloorMs < PAUSE_MS;
    // While nobody speaks there is nothing to interpret.
    if (this.sounds || !speaks) this.lastChannelMs = nowMs;
    if (this.sounds) this.told = false;
    if (this.told || nowMs - this.lastChannelMs < limitMs) return false;
    this.told = true;
    return true;
  }
}
