// Watches a meeting by WHEP: pictures and sounds whose content the server changes without renegotiation.

import { Session } from './session.js';

/** @typedef {'stage' | 'podium' | 'sign' | 'floor' | 'channel'} Slot */
/** @typedef {'none' | 'small' | 'medium' | 'full'} Wish */
/**
 * @typedef {object} Watching
 * @property {RTCPeerConnection | null} pc
 * @property {(most: Wish) => Promise<void>} wish want no more of pictures than this
 * @property {(channel: string) => Promise<void>} tune hear this channel: "floor" or a language's code
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
/** @type {readonly ['video', 'sign']} */
const SIGN = ['video', 'sign'];

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
 * @param {string} [options.channel] the channel to begin with
 * @param {boolean} [options.sign] whether the picture of an interpreter of International Sign is wanted
 * @returns {Promise<Watching>}
 */
export async function watch({ url, token, onslot, onstate, most = 'full', channel = 'floor', sign = false }) {
  let wanted = most;
  const plan = {
    url: tuned(url, channel),
    token,
    /** @param {import('./session.js').State} state */
    onstate(state) {
      // A new connection begins with all there is.
      if (state === 'connected' && wanted !== 'full') void session.say('wish', { most: wanted });
      onstate?.(state);
    },
    /** @param {RTCPeerConnection} pc */
    prepare(pc) {
      for (const [kind, slot] of sign ? [...SLOTS, SIGN] : SLOTS) {
        onslot(slot, pc.addTransceiver(kind, { direction: 'recvonly' }).receiver.track);
      }
    },
  };
  const session = new Session(plan);
  await session.connect();
  return {
    get pc() {
      return session.pc;
    },
    async wish(next) {
      wanted = next;
      await session.say('wish', { most: next });
    },
    async tune(next) {
      // A connection that is made anew begins with it.
      plan.url = tuned(url, next);
      await session.say('tune', { channel: next });
    },
    report: (seen) => session.say('report', seen),
    close: () => session.close(),
  };
}

/**
 * @param {string} url
 * @param {string} channel
 */
function tuned(url, channel) {
  const address = new URL(url, location.href);
  address.searchParams.set('channel', channel);
  return address.href;
}
