/** The page's words for its scripts: the server writes them, translated, as JSON into `#words`. */

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for `{name}` in the words
 * @returns {string} the words, or the key where the page forgot them
 */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
