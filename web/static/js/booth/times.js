/** Times of the booth that run by themselves: a handover's countdown, how long somebody is on air or at rest. */

import { serverNow, written } from "../ui/clock.js";

const TICK_MS = 200;

function tick() {
  for (const part of document.querySelectorAll("[data-countdown]")) {
    if (!(part instanceof HTMLElement)) continue;
    const words = String(Math.max(0, Math.ceil((Number(part.dataset["countdown"]) - serverNow()) / 1000)));
    if (part.textContent !== words) part.textContent = words;
  }
  for (const part of document.querySelectorAll("[data-since]")) {
    if (!(part instanceof HTMLElement)) continue;
    const words = written(Math.max(0, serverNow() - Number(part.dataset["since"])));
    if (part.textContent !== words) part.textContent = words;
  }
}

/** Watches the page, what arrives later included. */
export function watchCounts() {
  setInterval(tick, TICK_MS);
  tick();
}
