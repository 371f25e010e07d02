/** How a voice is taken in: as it is, wide enough for an interpreter to work from. */

/** @typedef {"quiet" | "needs-help"} Room `needs-help`: loudspeakers are open, or there is noise */

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
