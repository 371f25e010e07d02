/** The feeds of the hall: their table is fetched anew every second or two. */

import { element } from "../attend/meeting_page.js";
import { keepFresh } from "../live/refresh.js";

keepFresh(element("feeds").dataset["tables"] ?? "", 2000);
