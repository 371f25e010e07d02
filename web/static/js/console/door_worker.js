/**
 * Opens the door's page where the server can't be reached: it keeps the page and its files, and nothing else. What the
 * server answers goes before what is kept.
 */

const worker = /** @type {any} */ (self);
/** The name is also in door_cache.js. */
const CACHE = "rostrum-door";
const PATIENCE_MS = 4000;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { method, mode, url } = /** @type {Request} */ (event.request);
  const { origin, pathname } = new URL(url);
  const isFile = pathname.startsWith("/static/") || pathname.startsWith("/vendor/");
  if (method !== "GET" || origin !== location.origin || !(mode === "navigate" || isFile)) return;
  event.respondWith(answer(event.request));
});

/** @param {Request} request */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const isPage = request.mode === "navigate";
  try {
    const answered = await Promise.race([fetch(request), tired()]);
    if (answered.status < 500) {
      if (answered.status === 200) await cache.put(request, answered.clone());
      return answered;
    }
    return (await cache.match(request, { ignoreSearch: isPage })) ?? answered;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: isPage });
    if (kept) return kept;
    throw error;
  }
}

/** @returns {Promise<never>} */
function tired() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE_MS));
}
