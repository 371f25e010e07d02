/** What may be pressed only from some moment on, or only until one, on the server's time. */

import { serverNow } from "./clock.js";

function tick() {
  for (const button of document.querySelectorAll("button[data-not-before]")) {
    if (button instanceof HTMLButtonElement) button.disabled = serverNow() < Number(button.dataset["notBefore"]);
  }
  for (const part of document.querySelectorAll("[data-until]")) {
    if (part instanceof HTMLElement) part.hidden = serverNow() > Number(part.dataset["until"]);
  }
}

/** Watches the page, what arrives later included. */
export function watchTimes() {
  setInterval(tick, 250);
  tick();
}
