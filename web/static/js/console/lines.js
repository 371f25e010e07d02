/** Everyone's line: the tables are fetched anew every few seconds. */

import { element } from "../attend/meeting_page.js";
import { keepFresh } from "../live/refresh.js";

keepFresh(element("lines").dataset["tables"] ?? "", 3000);
