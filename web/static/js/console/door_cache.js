/** The kept copy of the door's page: made while the server is there, thrown away when the work at the door ends. */

/** The name is also in door_worker.js, which is no module. */
const CACHE = "rostrum-door";

/**
 * Has the page open without the server, too, from now on.
 * @param {string} here the page's own path
 */
export async function keepPage(here) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(`${here}/worker.js`, { scope: here });
  await navigator.serviceWorker.ready;
  const cache = await caches.open(CACHE);
  const files = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const own = files.filter(({ origin, pathname }) => origin === location.origin && /^\/(static|vendor)\//.test(pathname));
  await Promise.all([here, ...own.map(String)].map((each) => cache.add(each)));
}

/** @param {string} here the page's own path */
export async function dropPage(here) {
  await caches.delete(CACHE);
  const registration = await navigator.serviceWorker?.getRegistration(here);
  await registration?.unregister();
}
