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

/** @returns {string[]} the addresses of the places that this browser has proved to hold, the newest first */
export function places() {
  try {
    const known = Object.keys(localStorage).filter((key) => key.startsWith(name("/at/")));
    return known.map((key) => key.slice(name("").length)).sort((one, other) => provedAt(other) - provedAt(one));
  } catch {
    return [];
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
