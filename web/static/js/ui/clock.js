/** Clocks that run by themselves between the server's fragments, on the server's time. */

let aheadMs = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/** @param {number} serverMs the server's epoch time in ms, as it was sent just now */
export function setServerTime(serverMs) {
  aheadMs = serverMs - Date.now();
}

/** @returns {number} the server's epoch time in ms, as well as it is known */
export function serverNow() {
  return Date.now() + aheadMs;
}

/**
 * @param {number} leftMs
 * @returns {string} as the server writes it: "4:05", "-0:12"
 */
export function written(leftMs) {
  const seconds = Math.ceil(leftMs / 1000);
  const sign = seconds < 0 ? "-" : "";
  const whole = Math.abs(seconds);
  return `${sign}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    if (!(clock instanceof HTMLElement)) continue;
    const { limitMs, usedMs, runningSince, warningMs, finalMs, leastMs } = clock.dataset;
    const running = runningSince ? serverNow() - Number(runningSince) : 0;
    const left = Math.max(Number(leastMs ?? -Infinity), Number(limitMs) - Number(usedMs) - Math.max(0, running));
    const face = clock.querySelector("[data-clock-time]");
    if (face && face.textContent !== written(left)) face.textContent = written(left);
    const before = clock.dataset["phase"];
    const phase = left <= 0 ? "over" : left <= Number(finalMs) ? "final" : left <= Number(warningMs) ? "warning" : "running";
    clock.dataset["phase"] = phase;
    if (before && before !== phase) clock.dispatchEvent(new CustomEvent("rostrum:phase", { bubbles: true, detail: phase }));
  }
}

/** Starts every clock on the page, those that arrive later included. */
export function runClocks() {
  timer ??= setInterval(tick, 250);
  tick();
}
