/** The sound that goes out to the hall's loudspeakers: its level, and a tone to set them by. */

import { Players } from "../attend/players.js";
import { element } from "../attend/meeting_page.js";
import { onPress } from "../ui/press.js";
import { sound } from "./tone.js";

const LOOK_MS = 50;
const QUIET_DB = -60;

/** Shows them while the panel that holds them is open. */
export function runLoudspeakers() {
  const floor = /** @type {HTMLAudioElement} */ (element("floor"));
  const meter = /** @type {HTMLMeterElement} */ (element("loudspeakers-level"));
  const panel = meter.closest("details");
  const players = new Players({ floor, channel: floor });
  setInterval(() => {
    if (panel?.open) meter.value = Math.max(0, 1 - (20 * Math.log10(players.level("floor") + 1e-6)) / QUIET_DB);
  }, LOOK_MS);
  onPress("loudspeakers-test", () => {
    const context = new AudioContext();
    sound(context, context.destination, () => void context.close());
  });
}
