/** Proves to the server that this browser has its key; the page of the proof itself goes on by this. */

import { csrfToken, show } from "./key.js";

/**
 * @param {string} at the place's address
 * @param {boolean} make whether a key is made where there is none
 * @returns {Promise<boolean>} whether the server believes it
 */
export async function prove(at, make) {
  const place = at.slice("/at/".length);
  const shown = await show({ place, purpose: "proof", url: `${at}/proof/challenge`, csrf: csrfToken(), make });
  if (!shown) return false;
  const body = new URLSearchParams({ ...shown });
  const answer = await fetch(`${at}/proof`, { method: "POST", headers: { "X-CSRF-Token": csrfToken() }, body });
  return answer.ok;
}
