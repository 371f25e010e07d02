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
 *   slots: import("../media/whep.js").Slot[],
 *   line: (state: string) => void,
 *   most?: import("../media/whep.js").Wish,
 *   channel?: string,
 *   sign?: boolean,
 *   watching?: (watching: import("./viewer.js").Viewing) => void,
 *   news?: () => void,
 *   personal?: (html: string) => void,
 *   leaving?: () => void,
 * }} setting `slots`: those for which the page has a player of that id; `news`: what all see has changed
 */
export function runMeetingPage(root, setting) {
  const { slots, line, most = "full", channel = "floor", sign = false } = setting;
  const { watching = () => {}, news = () => {}, personal = () => {}, leaving = () => {} } = setting;
  void view({
    most,
    channel,
    sign,
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
      news();
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
