/**
 * The webcast's page: the meeting for whoever has no place in it. It comes by one of three ways, each of which is tried
 * where the one before does not come through: with a low delay (WebRTC), as a stream of files, and as that stream's sound.
 */

import { element } from "../attend/meeting_page.js";
import { passFrom } from "../attend/pass.js";
import { view } from "../attend/viewer.js";
import { say } from "../ui/words.js";
import { showCaptions } from "./captions.js";
import { stream } from "./streamed.js";

/** How loud the floor is under an interpreter. */
const UNDER = 0.12;
const LOOK_MS = 3000;
/** For so long a way is waited for before the next one is tried. */
const PATIENCE_MS = { live: 9000, stream: 15000, sound: 15000 };
const AGAIN_MS = 5000;

/** @typedef {"live" | "stream" | "sound"} Way */
/** @typedef {{ sits: boolean, masked: string[], hidden: boolean, captions: string[], recorded: { now: boolean, before: boolean } }} Stands */
/** @typedef {{ tune: (channel: string) => void, close: () => void, reached: () => number | null }} Coming see `showCaptions` */

const WAYS = /** @type {const} */ (["live", "stream", "sound"]);
const root = element("watch");
const stage = /** @type {HTMLVideoElement} */ (element("stage"));
const floor = /** @type {HTMLAudioElement} */ (element("floor"));
const channel = /** @type {HTMLAudioElement} */ (element("channel"));
const listen = /** @type {HTMLSelectElement} */ (element("listen"));
const delivery = /** @type {HTMLSelectElement} */ (element("delivery"));
const pass = passFrom(root.dataset["pass"] ?? "");
const captions = showCaptions(() => (coming ? coming.reached() : Infinity));

/** @type {Stands} */
const NOTHING = { sits: false, masked: [], hidden: false, captions: [], recorded: { now: false, before: false } };

/** @type {Coming | null} */
let coming = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let patience;
/** What was begun last: what an earlier way still tells is of no interest. */
let round = 0;
/** @type {Stands} */
let stands = NOTHING;

/** @param {() => void} unblock */
function onblocked(unblock) {
  const button = element("sound-on");
  button.hidden = false;
  button.onclick = () => {
    unblock();
    button.hidden = true;
  };
}

function show() {
  floor.volume = listen.value === "floor" ? 1 : UNDER;
  element("masked").hidden = !(stands.sits && stands.masked.includes(listen.value));
  element("hidden").hidden = !(stands.sits && stands.hidden);
  captions.offer(stands.captions, stands.sits && stands.masked.includes("floor"));
  element("recorded-now").hidden = !stands.recorded.now;
  element("recorded-before").hidden = stands.recorded.now || !stands.recorded.before;
}

/** @param {string} words @param {string} [way] that which comes now */
function tell(words, way = "none") {
  element("way").textContent = say(words);
  root.dataset["way"] = way;
}

function stop() {
  round += 1;
  clearTimeout(patience);
  coming?.close();
  coming = null;
}

/** @param {Way} way */
function begin(way) {
  stop();
  const own = round;
  tell("watch.connecting");
  const arrived = () => {
    if (own !== round) return;
    clearTimeout(patience);
    tell(`watch.${way}`, way);
  };
  const failed = () => {
    if (own !== round) return;
    const next = WAYS[WAYS.indexOf(way) + 1];
    if (next) {
      begin(next);
      return;
    }
    stop();
    tell("watch.none");
    const last = round;
    patience = setTimeout(() => {
      if (last === round && stands.sits) begin(first());
    }, AGAIN_MS);
  };
  patience = setTimeout(failed, PATIENCE_MS[way]);
  if (way === "live") coming = live(arrived, failed);
  else {
    const player = way === "sound" ? channel : stage;
    const base = root.dataset["hls"] ?? "";
    const sound = way === "sound";
    coming = stream({ base, player, channel: listen.value, sound, onplaying: arrived, onfailed: failed, onblocked });
  }
}

/**
 * @param {() => void} arrived
 * @param {() => void} failed
 * @returns {Coming}
 */
function live(arrived, failed) {
  if (!("RTCPeerConnection" in window)) {
    queueMicrotask(failed);
    return { tune() {}, close() {}, reached: () => null };
  }
  stage.muted = true;
  const watching = view({
    whep: root.dataset["whep"] ?? "",
    // Refused where as many watch by it as can.
    token: () => pass().catch((error) => (queueMicrotask(failed), Promise.reject(error))),
    players: { stage, floor, channel },
    channel: listen.value,
    onstate: (state) => {
      if (state === "connected") arrived();
      else if (state === "refused") failed();
      else if (state === "away") {
        // It makes itself anew; where that takes too long, the next way is tried.
        clearTimeout(patience);
        patience = setTimeout(failed, PATIENCE_MS.live);
        tell("watch.again");
      }
    },
    onblocked,
  });
  return {
    reached: () => Infinity,
    tune: (next) => void watching.then((one) => one.tune(next)),
    close: () => {
      void watching.then((one) => one.close());
      for (const player of [stage, floor, channel]) player.srcObject = null;
    },
  };
}

/** @returns {Way} the way to try first */
function first() {
  return WAYS.find((each) => each === delivery.value) ?? "live";
}

async function look() {
  try {
    const answer = await fetch(root.dataset["state"] ?? "");
    if (answer.status === 404) {
      stands = NOTHING;
      stop();
      tell("watch.over");
    } else if (answer.ok) {
      const sat = stands.sits;
      stands = await answer.json();
      if (stands.sits && !sat) begin(first());
      else if (!stands.sits) {
        stop();
        tell("watch.waiting");
      }
    }
  } catch {
    // The server is out of reach: picture and sound say so by themselves.
  }
  show();
}

listen.addEventListener("change", () => {
  show();
  coming?.tune(listen.value);
});
delivery.addEventListener("change", () => {
  if (stands.sits) begin(first());
});
listen.disabled = delivery.disabled = false;
void look();
setInterval(() => void look(), LOOK_MS);
