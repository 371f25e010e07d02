/** When this browser last proved its key for a place: of several tabs one is to prove. */

/** @param {string} at the place's address */
const name = (at) => `rostrum-proved:${at}`;

/**
 * @param {string} at
 * @returns {number} ms since the epoch, 0: never, or this browser keeps nothing
 */
export function provedAt(at) {
  try {
    return Number(localStorage.getItem(name(at)) ?? 0);
  } catch {
    return 0;
  }
}

/** @param {string} at */
export function remember(at) {
  try {
    localStorage.setItem(name(at), String(Date.now()));
  } catch {
    // A browser that keeps nothing proves more often.
  }
}
