/** How the person's line is: what this end sees of the picture is told to the server, which knows the rest. */

import { say } from "../ui/words.js";
import { element } from "./meeting_page.js";

const LOOK_MS = 2000;
const REPORT_MS = 10000;
/** A line that is not good is looked at more often, so that the person hears soon of its mending. */
const REPORT_SOON_MS = 4000;
const WISH_KEY = "rostrum:wish";

/** @typedef {import("../media/whep.js").Wish} Wish */
/** @typedef {import("../media/whep.js").Watching} Watching */

/** @returns {Wish} what was chosen on this device before */
export function chosenWish() {
  const kept = localStorage.getItem(WISH_KEY);
  return kept === "none" || kept === "small" || kept === "medium" ? kept : "full";
}

/**
 * @param {Record<string, string>} line `word`, `reason` and `picture` as the server says them
 */
function show({ word = "", reason = "", picture = "" }) {
  const quality = element("quality");
  quality.dataset["word"] = word;
  quality.textContent = say(`quality.${word}`);
  const advice = element("advice");
  const words = reason ? say(`advice.${picture === "paused" ? "paused" : reason}`) : "";
  if (advice.textContent !== words) advice.textContent = words;
  cover(picture);
}

/** @param {string} picture what the server gives of it */
function cover(picture) {
  const wish = /** @type {HTMLSelectElement} */ (element("wish")).value;
  const why = wish === "none" || picture === "paused" ? say(`cover.${wish === "none" ? "none" : "paused"}`) : "";
  const over = element("stage-cover");
  over.hidden = !why;
  if (over.textContent !== why) over.textContent = why;
}

/** Sums up what the stage's player received between two looks. */
class Picture {
  constructor() {
    this.since = performance.now();
    this.frozenMs = 0;
    this.frames = 0;
    this.height = 0;
    this.freezes = 0;
  }

  /** @param {RTCPeerConnection} pc */
  async look(pc) {
    const stage = pc.getTransceivers()[0]?.receiver;
    const stats = stage ? await stage.getStats() : new Map();
    for (const one of stats.values()) {
      if (one.type !== "inbound-rtp") continue;
      const freezes = one.totalFreezesDuration ?? 0;
      // A picture that stands still now is no freeze yet in the browser's count.
      const stands = one.framesDecoded === this.frames && this.frames > 0;
      this.frozenMs += stands ? LOOK_MS : Math.min(LOOK_MS, 1000 * Math.max(0, freezes - this.freezes));
      this.frames = one.framesDecoded ?? 0;
      this.height = one.frameHeight ?? 0;
      this.freezes = freezes;
    }
  }

  /** @returns {{ frozen: number, height: number }} since the last time */
  taken() {
    const now = performance.now();
    const frozen = Math.min(1, this.frozenMs / Math.max(LOOK_MS, now - this.since));
    this.since = now;
    this.frozenMs = 0;
    return { frozen, height: this.height };
  }
}

/**
 * Look after the quality of a page's line for as long as the page is open.
 * @param {Watching} watching
 */
export function followQuality(watching) {
  const picture = new Picture();
  let nextAt = 0;
  /** @param {{ frozen: number, height: number }} seen */
  const report = async (seen) => {
    const line = await watching.report(seen);
    if (!line) return;
    nextAt = performance.now() + (line["word"] === "good" ? REPORT_MS : REPORT_SOON_MS);
    show(line);
  };
  setInterval(async () => {
    const { pc } = watching;
    if (document.hidden || pc?.connectionState !== "connected") return;
    await picture.look(pc);
    if (performance.now() < nextAt) return;
    nextAt = performance.now() + REPORT_MS;
    await report(picture.taken());
  }, LOOK_MS);

  const wish = /** @type {HTMLSelectElement} */ (element("wish"));
  wish.value = chosenWish();
  wish.disabled = false;
  cover("");
  wish.addEventListener("change", async () => {
    localStorage.setItem(WISH_KEY, wish.value);
    cover("");
    await watching.wish(/** @type {Wish} */ (wish.value));
    nextAt = 0;
  });
}
