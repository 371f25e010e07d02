/**
 * The key by which this browser shows that it is itself: made here, kept in IndexedDB, and never to be read out
 * (WebCrypto, `extractable: false`). One for each place, by the place's identifier.
 *
 * @typedef {{ key: string, challenge: string, signature: string }} Shown
 */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const KEYS = "keys";

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  const request = indexedDB.open("rostrum", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(KEYS);
  return settled(request);
}

/**
 * @param {string} place
 * @param {boolean} make whether a missing one is made
 * @returns {Promise<CryptoKeyPair | undefined>}
 */
async function pair(place, make) {
  const db = await database();
  try {
    /** @type {CryptoKeyPair | undefined} */
    const kept = await settled(db.transaction(KEYS).objectStore(KEYS).get(place));
    if (kept || !make) return kept;
    const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    await settled(db.transaction(KEYS, "readwrite").objectStore(KEYS).put(made, place));
    return made;
  } finally {
    db.close();
  }
}

/** @param {ArrayBuffer} bytes */
function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * A challenge from the server, signed. Undefined where this browser has no key (and is not to make one).
 * @param {{ place: string, purpose: "link" | "proof", url: string, csrf: string, make: boolean }} wish
 * @returns {Promise<Shown | undefined>}
 */
export async function show({ place, purpose, url, csrf, make }) {
  const own = await pair(place, make);
  if (!own) return undefined;
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRF-Token": csrf } });
  if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
  const { challenge } = /** @type {{ challenge: string }} */ (await answer.json());
  const text = new TextEncoder().encode(`rostrum device ${purpose} ${challenge}`);
  const [key, signature] = await Promise.all([
    crypto.subtle.exportKey("spki", own.publicKey),
    crypto.subtle.sign(SIGNING, own.privateKey, text),
  ]);
  return { key: base64url(key), challenge, signature: base64url(signature) };
}

/** @returns {string} the page's form token */
export function csrfToken() {
  return /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf"]'))?.content ?? "";
}
