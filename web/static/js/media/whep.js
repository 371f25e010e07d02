// Watches a meeting by WHEP: two pictures and two sounds whose content the server changes without renegotiation.

import { Session } from './session.js';

/** @typedef {'stage' | 'podium' | 'floor' | 'channel'} Slot */
/** @typedef {'none' | 'small' | 'medium' | 'full'} Wish */
/**
 * @typedef {object} Watching
 * @property {RTCPeerConnection | null} pc
 * @property {(most: Wish) => Promise<void>} wish want no more of pictures than this
 * @property {(seen: { frozen: number, height: number }) => Promise<Record<string, string> | null>} report tell how the
 *   picture looks here: the share of the time for which it stood, and its height; answered with how the line is
 * @property {() => void} close
 */
/** The slots in the order of the m-lines. */
const SLOTS = /** @type {const} */ ([
  ['video', 'stage'],
  ['video', 'podium'],
  ['audio', 'floor'],
  ['audio', 'channel'],
]);

/**
 * Watch, and keep watching through restarts of the server and changes of the network.
 *
 * `onslot` is called for every slot at once with each new connection: put the track in place of the former one.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {() => Promise<string>} options.token
 * @param {(slot: Slot, track: MediaStreamTrack) => void} options.onslot
 * @param {(state: import('./session.js').State) => void} [options.onstate]
 * @param {Wish} [options.most] the most that is wanted of pictures
 * @returns {Promise<Watching>}
 */
export async function watch({ url, token, onslot, onstate, most = 'full' }) {
  let wanted = most;
  const session = new Session({
    url,
    token,
    onstate(state) {
      // A new connection begins with all there is.
      if (state === 'connected' && wanted !== 'full') void session.say('wish', { most: wanted });
      onstate?.(state);
    },
    prepare(pc) {
      for (const [kind, slot] of SLOTS) {
        onslot(slot, pc.addTransceiver(kind, { direction: 'recvonly' }).receiver.track);
      }
    },
  });
  await session.connect();
  return {
    get pc() {
      return session.pc;
    },
    async wish(next) {
      wanted = next;
      await session.say('wish', { most: next });
    },
    report: (seen) => session.say('report', seen),
    close: () => session.close(),
  };
}
