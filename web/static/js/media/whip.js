// Sends a camera and a microphone by WHIP (RFC 9725).

import { Session } from './session.js';

/**
 * The same picture in three sizes, each with a pace that can be slowed: receivers are given what their lines carry.
 * A browser that cannot do this sends the largest alone.
 *
 * @type {(RTCRtpEncodingParameters & { scalabilityMode?: string })[]}
 */
const LAYERS = [
  { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
  { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 450_000, scalabilityMode: 'L1T3' },
  { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 1_200_000, scalabilityMode: 'L1T3' },
];
const WITHOUT_PACES = LAYERS.map(({ scalabilityMode: _, ...layer }) => layer);

/**
 * @param {RTCPeerConnection} pc
 * @param {MediaStreamTrack} track
 * @param {MediaStream} stream
 */
function addPicture(pc, track, stream) {
  for (const sendEncodings of [LAYERS, WITHOUT_PACES]) {
    try {
      pc.addTransceiver(track, { direction: 'sendonly', streams: [stream], sendEncodings });
      return;
    } catch {
      // Chromium takes the modes, others refuse what they do not know: they are asked again without.
    }
  }
  pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
}

/**
 * Publish a stream and keep publishing it through restarts of the server and changes of the network.
 *
 * Resolves after the first attempt, whatever came of it: `onstate` tells. 'inuse': someone sends this source already;
 * call again with `take: true` to take it over. 'refused': the token allows nothing of the kind.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {() => Promise<string>} options.token
 * @param {MediaStream} options.stream
 * @param {boolean} [options.take]
 * @param {(state: import('./session.js').State) => void} [options.onstate]
 * @returns {Promise<{
 *   pc: RTCPeerConnection | null,
 *   setLive: (live: boolean) => void,
 *   silence: (silent: boolean) => Promise<void>,
 *   close: () => void,
 * }>} `silence`: the sound is dropped here and at the server at once, or let through again
 */
export async function publish({ url, token, stream, take = false, onstate }) {
  let silent = false;
  const session = new Session({
    url: take ? `${url}${url.includes('?') ? '&' : '?'}take=yes` : url,
    token,
    onstate(state) {
      // A new connection begins audible.
      if (state === 'connected' && silent) void session.say('silence', { silent });
      onstate?.(state);
    },
    prepare(pc) {
      for (const track of stream.getTracks()) {
        if (track.kind === 'video') addPicture(pc, track, stream);
        else pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      }
    },
  });
  await session.connect();
  return {
    get pc() {
      return session.pc;
    },
    setLive(live) {
      for (const track of stream.getTracks()) track.enabled = live;
    },
    async silence(wanted) {
      silent = wanted;
      for (const track of stream.getAudioTracks()) track.enabled = !silent;
      await session.say('silence', { silent });
    },
    close: () => session.close(),
  };
}
