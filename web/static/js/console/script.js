/** The script of the meeting: what is said now is fetched anew every second or two. */

import { element } from "../attend/meeting_page.js";
import { keepFresh } from "../live/refresh.js";

keepFresh(element("script").dataset["cues"] ?? "", 1500);
