/** The hall's screen: the programme without controls, sound to the loudspeakers, and the hall's own news. */

import { address, element, runMeetingPage } from "../attend/meeting_page.js";
import { passFrom } from "../attend/pass.js";
import { onPress } from "../ui/press.js";
import { runLoudspeakers } from "./loudspeakers.js";
import { runOutputs } from "./outputs.js";

const screen = element("hall");
onPress("full-screen", () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});
runLoudspeakers();
const news = runOutputs({ whep: address(screen, "whep"), token: passFrom(address(screen, "pass")) });
runMeetingPage(screen, {
  slots: ["stage", "floor"],
  line: (state) => {
    screen.dataset["line"] = state;
  },
  news,
});
