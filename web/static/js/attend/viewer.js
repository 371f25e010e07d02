/** Sees and hears a meeting: fills the page's players from the slots that the meeting gives. */

import { watch } from "../media/whep.js";

/** @typedef {"stage" | "podium" | "floor" | "channel"} Slot */

/**
 * @param {{
 *   whep: string,
 *   token: () => Promise<string>,
 *   players: Partial<Record<Slot, HTMLMediaElement>>,
 *   onstate: (state: string) => void,
 *   onblocked: (unblock: () => void) => void,
 *   most?: import("../media/whep.js").Wish,
 * }} setting players by slot; `onblocked` where the browser wants a press before it makes a sound
 */
export function view({ whep, token, players, onstate, onblocked, most = "full" }) {
  return watch({
    url: whep,
    token,
    onstate,
    most,
    onslot: (slot, track) => {
      const player = players[/** @type {Slot} */ (slot)];
      if (!player) return;
      player.srcObject = new MediaStream([track]);
      player.addEventListener("loadeddata", () => player.setAttribute("data-showing", ""), { once: true });
      player.play().catch(() => {
        onblocked(() => void Promise.all(Object.values(players).map((each) => each.play())));
      });
    },
  });
}
