/** When one's turn may come, as times of day in one's own zone beside the server's minutes. */

/**
 * @param {(key: string, values?: Record<string, string>) => string} say
 * @returns {void}
 */
export function showWait(say) {
  const wait = document.querySelector("[data-wait]");
  const words = wait?.querySelector("[data-wait-clock]");
  if (!(wait instanceof HTMLElement) || !words) return;
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  const at = (/** @type {string | undefined} */ ms) => format.format(Date.now() + Number(ms));
  words.textContent = say("wait.range", { from: at(wait.dataset["leastMs"]), to: at(wait.dataset["mostMs"]) });
}
