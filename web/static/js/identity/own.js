/** What every page of somebody with a place does: prove the key now and then, and hear that the link is closed. */

import { showAsking } from "./asking.js";
import { prove } from "./proof.js";
import { provedAt, remember } from "./remembered.js";

const PROVE_EVERY_MS = 30 * 60_000;
const LOOK_EVERY_MS = 60_000;
const ASK_EVERY_MS = 2000;

const own = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="own"]'));
const at = own.content;

async function proveNowAndThen() {
  if (Date.now() - provedAt(at) < PROVE_EVERY_MS) return;
  // Before the answer: of several tabs one is to prove.
  remember(at);
  try {
    await prove(at, own.dataset["key"] === "no");
  } catch (error) {
    console.warn("the key was not proved", error);
  }
}

/** A page that follows a meeting hears of everything by its stream. */
async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${at}/standing`, { headers: { Accept: "application/problem+json" } });
    if (answer.ok) showAsking((await answer.json()).asking);
    else if (answer.status === 401 || answer.status === 403) location.reload();
  } catch {
    // The line is down for a moment.
  }
}

void proveNowAndThen();
setInterval(() => void proveNowAndThen(), LOOK_EVERY_MS);
if (!document.querySelector("[data-live*='live/']")) {
  setInterval(() => void ask(), ASK_EVERY_MS);
  document.addEventListener("visibilitychange", () => void ask());
}
