/** The hall's screen: the programme without controls, sound to the loudspeakers, and the hall's own news. */

import { element, runMeetingPage } from "../attend/meeting_page.js";
import { onPress } from "../ui/press.js";

const screen = element("hall");
onPress("full-screen", () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});
runMeetingPage(screen, {
  slots: ["stage", "floor"],
  line: (state) => {
    screen.dataset["line"] = state;
  },
});
