/** A part of a page that is fetched anew every now and then while the page is looked at. */

import { morph } from "./morph.js";

/**
 * @param {string} url where the part is
 * @param {number} everyMs
 */
export function keepFresh(url, everyMs) {
  const offline = /** @type {HTMLElement} */ (document.getElementById("offline"));
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(url, { cache: "no-store" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      morph(await answer.text());
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
  }, everyMs);
}
