/** What the room, the console and the hall's screen do alike: see and hear the meeting, and follow its news. */

import { verifySessions } from "../media/session.js";
import { morph } from "../live/morph.js";
import { follow } from "../live/stream.js";
import { runClocks, setServerTime } from "../ui/clock.js";
import { passFrom } from "./pass.js";
import { view } from "./viewer.js";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * The page's root names its addresses: `data-live`, `data-pass`, `data-whep`, `data-leave`; and for those who send, `data-whip`.
 * @param {HTMLElement} root
 * @param {string} name
 * @returns {string}
 */
export function address(root, name) {
  return root.dataset[name] ?? "";
}

/**
 * @param {HTMLElement} root
 * @param {{
 *   slots: ("stage" | "podium" | "floor")[],
 *   line: (state: string) => void,
 *   most?: import("../media/whep.js").Wish,
 *   watching?: (watching: import("../media/whep.js").Watching) => void,
 *   personal?: (html: string) => void,
 *   leaving?: () => void,
 * }} setting `slots`: those for which the page has a player of that id
 */
export function runMeetingPage(root, { slots, line, most, watching = () => {}, personal = () => {}, leaving = () => {} }) {
  void view({
    most: most ?? "full",
    whep: address(root, "whep"),
    token: passFrom(address(root, "pass")),
    players: Object.fromEntries(slots.map((slot) => [slot, /** @type {HTMLMediaElement} */ (element(slot))])),
    onstate: line,
    onblocked: (unblock) => {
      const button = element("sound-on");
      button.hidden = false;
      button.onclick = () => {
        unblock();
        button.hidden = true;
      };
    },
  }).then(watching);
  runClocks();
  follow(address(root, "live"), {
    fragment: (html) => {
      morph(html);
      runClocks();
    },
    personal,
    time: setServerTime,
    mediaRestarted: verifySessions,
    connected: (yes) => {
      element("offline").hidden = yes;
    },
    leave: () => {
      leaving();
      location.assign(address(root, "leave"));
    },
  });
}
