/** Follows a video statement while it is being looked at; afterwards the page stands still. */

import { morph } from "../live/morph.js";

const EVERY_MS = 1500;
const around = /** @type {HTMLElement} */ (document.getElementById("video"));
const offline = /** @type {HTMLElement} */ (document.getElementById("offline"));

const timer = setInterval(async () => {
  if (!document.querySelector("#standing[data-waits]")) {
    clearInterval(timer);
    return;
  }
  if (document.hidden) return;
  try {
    const answer = await fetch(around.dataset["standing"] ?? "", { cache: "no-store" });
    if (!answer.ok) throw new Error(`${answer.status}`);
    morph(await answer.text());
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}, EVERY_MS);
