/** The sounds of a page and the choice among them, joined. */

import { Channels, offerLanguage } from "./channels.js";
import { Players } from "./players.js";

/**
 * @param {HTMLElement} root of the page; its players are `#floor` and `#channel`
 * @param {(name: string, words: string) => void} [told] what is heard now has another name
 */
export function hearChannels(root, told) {
  const players = new Players({
    floor: /** @type {HTMLMediaElement} */ (document.getElementById("floor")),
    channel: /** @type {HTMLMediaElement} */ (document.getElementById("channel")),
  });
  /** @type {import("../media/whep.js").Watching | null} */
  let watching = null;
  const channels = new Channels({
    tune: async (channel) => watching?.tune(channel),
    gain: (sound, value) => players.gain(sound, value),
    level: (sound) => players.level(sound),
    ...(told && { told }),
  });
  const begun = channels.tuned;
  return {
    channels,
    /** The language that a form asks for is offered as it was said last. */
    offer: () => offerLanguage(root.dataset["speaks"] ?? ""),
    /** @param {import("../media/whep.js").Watching} made */
    watch: (made) => {
      watching = made;
      // Chosen while the connection was made.
      if (channels.tuned !== begun) void made.tune(channels.tuned);
    },
  };
}
