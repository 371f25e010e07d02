/**
 * What a door can tell of a badge without asking anybody: the installation's signature, the session, the date, and whether
 * it stands on the list of those that are revoked (`identity/badges.py` says how both are made).
 *
 * @typedef {{ session: string, at: number, revoked: string[], numbers: string[] }} Told `at`: ms since the epoch
 * @typedef {{ state: string, badge: string }} Verdict `badge`: what the read is known by at this door
 */

const PREFIX = "ROSTRUM1.";
const ID_BYTES = 16;
const SESSION_BYTES = 8;
const SIGNATURE_BYTES = 64;
const BODY_BYTES = ID_BYTES + SESSION_BYTES + 8;
const ED25519 = { name: "Ed25519" };
const LIST = "rostrum door list ";

/**
 * @param {string} text base64url
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

/** @param {Uint8Array} data */
function hex(data) {
  return [...data].map((each) => each.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} key base64url
 * @returns {Promise<CryptoKey>} rejects where the browser knows no Ed25519
 */
export function readKey(key) {
  return crypto.subtle.importKey("raw", bytes(key), ED25519, false, ["verify"]);
}

/**
 * @param {CryptoKey} key
 * @param {{ list: string, signature: string }} sent
 * @returns {Promise<Told | undefined>} undefined: it is not signed by this installation
 */
export async function readList(key, { list, signature }) {
  const signed = new TextEncoder().encode(LIST + list);
  return (await crypto.subtle.verify(ED25519, key, bytes(signature), signed)) ? JSON.parse(list) : undefined;
}

/**
 * @param {string} badge its identifier, 32 hex digits
 * @returns {string} the ten digits that are printed on it
 */
function numberOf(badge) {
  return String(BigInt(`0x${badge.slice(0, 16)}`) % 10n ** 10n).padStart(10, "0");
}

/**
 * @param {string} code
 * @returns {string} the number, where it is one that was typed; "" for any other code
 */
function typedNumber(code) {
  const digits = code.replace(/\s/g, "");
  return /^\d{10}$/.test(digits) ? digits : "";
}

/**
 * @param {CryptoKey} key
 * @param {Told} told
 * @param {string} code what was read or typed
 * @param {number} now ms since the epoch, by the server's clock
 * @returns {Promise<Verdict>}
 */
export async function judge(key, told, code, now) {
  const number = typedNumber(code);
  if (number) {
    if (told.revoked.some((each) => numberOf(each) === number)) return { state: "revoked", badge: number };
    const text = new TextEncoder().encode(`number:${told.session}:${number}`);
    const hashed = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", text))).slice(0, 16);
    return { state: told.numbers.includes(hashed) ? "valid" : "unknown", badge: number };
  }
  const data = await believed(key, code);
  if (!data) return { state: "unknown", badge: "" };
  const badge = hex(data.subarray(0, ID_BYTES));
  const known = { badge: numberOf(badge) };
  if (hex(data.subarray(ID_BYTES, ID_BYTES + SESSION_BYTES)) !== told.session) return { state: "other-session", ...known };
  const until = new DataView(data.buffer).getBigUint64(ID_BYTES + SESSION_BYTES);
  if (BigInt(Math.floor(now / 1000)) >= until) return { state: "expired", ...known };
  return { state: told.revoked.includes(badge) ? "revoked" : "valid", ...known };
}

/**
 * @param {CryptoKey} key
 * @param {string} code
 */
async function believed(key, code) {
  if (!code.startsWith(PREFIX)) return undefined;
  try {
    const data = bytes(code.slice(PREFIX.length));
    if (data.length !== BODY_BYTES + SIGNATURE_BYTES) return undefined;
    const body = data.slice(0, BODY_BYTES);
    return (await crypto.subtle.verify(ED25519, key, data.slice(BODY_BYTES), body)) ? body : undefined;
  } catch {
    return undefined;
  }
}
