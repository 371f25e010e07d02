/** How a voice is taken in and sent: as it is, wide enough for an interpreter to work from. */

/** @typedef {"quiet" | "needs-help"} Room `needs-help`: loudspeakers are open, or there is noise */

/**
 * One channel of Opus well above what speech up to 15 kHz needs. Where each packet also repeats the frame before it, the
 * line carries it twice.
 *
 * @type {RTCRtpEncodingParameters[]}
 */
export const SOUND_ENCODINGS = [{ maxBitrate: 64_000 }];

/**
 * What makes speech from a laptop bearable costs interpreters consonants: it is left out where the room allows. Automatic
 * gain pumps up the noise between words, and is never used.
 *
 * @param {{ deviceId?: string | undefined, room: Room }} wanted
 * @returns {MediaTrackConstraints}
 */
export function soundConstraints({ deviceId, room }) {
  const help = room === "needs-help";
  return {
    ...(deviceId && { deviceId: { ideal: deviceId } }),
    channelCount: 1,
    sampleRate: { ideal: 48_000 },
    echoCancellation: help,
    noiseSuppression: help,
    autoGainControl: false,
  };
}
