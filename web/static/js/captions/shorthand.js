/** Abbreviations that become words while somebody types. */

/**
 * @param {string} text one a line: "icc = International Criminal Court"
 * @returns {Map<string, string>} by the abbreviation in small letters
 */
export function readShorthand(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    const short = line.slice(0, at).trim().toLowerCase();
    const words = line.slice(at + 1).trim();
    if (at > 0 && short && words) found.set(short, words);
  }
  return found;
}

/**
 * Expands the word that has just been ended before the caret by a space or a mark.
 * @param {string} text
 * @param {number} caret
 * @param {Map<string, string>} shorthand
 * @returns {{ text: string, caret: number }}
 */
export function expand(text, caret, shorthand) {
  const before = text.slice(0, caret);
  const found = /(^|[\s"'(«“])([^\s"'(«“]+?)([\s.,;:!?)»”،؛؟。，、]+)$/u.exec(before);
  const words = found ? shorthand.get((found[2] ?? "").toLowerCase()) : undefined;
  if (!found || words === undefined) return { text, caret };
  const start = before.length - (found[2] ?? "").length - (found[3] ?? "").length;
  const written = before.slice(0, start) + words + (found[3] ?? "");
  return { text: written + text.slice(caret), caret: written.length };
}

/**
 * The text of a line that is closed: its last word is expanded as well.
 * @param {string} text
 * @param {Map<string, string>} shorthand
 * @returns {string}
 */
export function expandLast(text, shorthand) {
  return expand(`${text} `, text.length + 1, shorthand).text.trim();
}
