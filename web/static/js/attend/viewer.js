/** Sees and hears a meeting: fills the page's players from the slots that the meeting gives. */

import { watch } from "../media/whep.js";

/** @typedef {import("../media/whep.js").Slot} Slot */
/** @typedef {import("../media/whep.js").Watching & { sign: (wanted: boolean) => Promise<void> }} Viewing */

/**
 * @param {{
 *   whep: string,
 *   token: () => Promise<string>,
 *   players: Partial<Record<Slot, HTMLMediaElement>>,
 *   onstate: (state: string) => void,
 *   onblocked: (unblock: () => void) => void,
 *   most?: import("../media/whep.js").Wish,
 *   channel?: string,
 *   sign?: boolean,
 * }} setting players by slot; `onblocked` where the browser wants a press before it makes a sound
 * @returns {Promise<Viewing>} `sign`: see the interpreter of International Sign as well, or no longer; for that the
 *   connection is made anew
 */
export async function view({ whep, token, players, onstate, onblocked, most = "full", channel = "floor", sign = false }) {
  const wanted = { most, channel, sign };
  const make = () =>
    watch({
      url: whep,
      token,
      onstate,
      ...wanted,
      onslot: (slot, track) => {
        const player = players[slot];
        if (!player) return;
        player.srcObject = new MediaStream([track]);
        player.addEventListener("loadeddata", () => player.setAttribute("data-showing", ""), { once: true });
        player.play().catch(() => {
          onblocked(() => void Promise.all(Object.values(players).map((each) => each.play())));
        });
      },
    });
  let watching = await make();
  return {
    get pc() {
      return watching.pc;
    },
    wish(next) {
      wanted.most = next;
      return watching.wish(next);
    },
    tune(next) {
      wanted.channel = next;
      return watching.tune(next);
    },
    async sign(next) {
      if (next === wanted.sign) return;
      wanted.sign = next;
      const former = watching;
      watching = await make();
      former.close();
    },
    report: (seen) => watching.report(seen),
    close: () => watching.close(),
  };
}
