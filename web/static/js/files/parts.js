/** How much of a file goes in one request: what takes some seconds on the line as it is. */

export const FIRST_BYTES = 1024 * 1024;
export const LEAST_BYTES = 256 * 1024;
export const MOST_BYTES = 32 * 1024 * 1024;
const AIM_MS = 5000;

/**
 * A break costs at most what is on its way, and an answer for each part tells a dead line from a slow one.
 * @param {number} bytes of the part that was sent last
 * @param {number} tookMs until it was answered
 * @returns {number} bytes of the next
 */
export function nextPart(bytes, tookMs) {
  const wanted = (bytes * AIM_MS) / Math.max(1, tookMs);
  // One part says little: never more than four times as much.
  return Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, Math.min(wanted, 4 * bytes))));
}
