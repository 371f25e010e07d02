/** The webcast as a stream of files (low-latency HLS): for any number of people, with a delay of some seconds. */

import Hls from "/vendor/hls.js";

const NATIVE = "application/vnd.apple.mpegurl";

/**
 * @typedef {object} Streamed
 * @property {(channel: string) => void} tune hear this channel
 * @property {() => void} close
 * @property {() => number | null} reached which moment is played, in ms of the server's clock; null: none yet
 */

/**
 * Play, from the newest on.
 * @param {{
 *   base: string,
 *   player: HTMLMediaElement,
 *   channel: string,
 *   sound: boolean,
 *   onplaying: () => void,
 *   onfailed: () => void,
 *   onblocked: (unblock: () => void) => void,
 * }} options `base`: the folder of the stream; `sound`: without the picture; `onfailed`: it will not come by itself
 * @returns {Streamed}
 */
export function stream({ base, player, channel, sound, onplaying, onfailed, onblocked }) {
  let wanted = channel;
  /** @type {Hls | null} */
  let hls = null;
  let ended = false;
  const address = () => (sound ? `${base}/${wanted}/playlist.m3u8` : `${base}/master.m3u8`);
  const fail = () => {
    if (!ended) onfailed();
  };
  const play = () => {
    player.play().catch((/** @type {DOMException} */ error) => {
      if (error.name === "NotAllowedError") onblocked(() => void player.play());
    });
  };
  const pick = () => {
    const found = hls?.audioTracks.findIndex((each) => (wanted === "floor" ? !each.lang : each.lang === wanted)) ?? -1;
    if (hls && found >= 0) hls.audioTrack = found;
  };
  player.srcObject = null;
  player.muted = false;
  player.addEventListener("playing", onplaying);
  player.addEventListener("error", fail);
  if (Hls.isSupported()) {
    // The page has captions of its own, word by word.
    // How far behind it plays is the playlist's PART-HOLD-BACK: a count of segments given here would take its place.
    const setting = { enableWorker: false, enableWebVTT: false, lowLatencyMode: true, backBufferLength: 10 };
    hls = new Hls(setting);
    let mended = false;
    hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, pick);
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      pick();
      play();
    });
    hls.on(Hls.Events.ERROR, (_, problem) => {
      if (!problem.fatal) return;
      if (problem.type === Hls.ErrorTypes.MEDIA_ERROR && !mended) {
        mended = true;
        hls?.recoverMediaError();
      } else {
        fail();
      }
    });
    hls.loadSource(address());
    hls.attachMedia(player);
  } else if (player.canPlayType(NATIVE)) {
    player.src = address();
    play();
  } else {
    queueMicrotask(fail);
  }
  return {
    tune(next) {
      wanted = next;
      if (!sound) pick();
      else if (hls) hls.loadSource(address());
      else {
        player.src = address();
        play();
      }
    },
    reached() {
      if (hls) return player.currentTime > 0 ? (hls.playingDate?.getTime() ?? null) : null;
      const began = /** @type {{ getStartDate?: () => Date }} */ (player).getStartDate?.().getTime() ?? NaN;
      return Number.isNaN(began) ? null : began + player.currentTime * 1000;
    },
    close() {
      ended = true;
      player.removeEventListener("playing", onplaying);
      player.removeEventListener("error", fail);
      hls?.destroy();
      player.removeAttribute("src");
      player.load();
    },
  };
}
