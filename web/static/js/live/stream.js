import { showAsking } from "../identity/asking.js";

/**
 * Follows a meeting's stream of server-sent events, for ever: a browser gives up on a stream that a proxy
 * answered with an error, we do not. Resumes from the last version seen.
 *
 * @typedef {{
 *   fragment: (html: string) => void,
 *   personal: (html: string) => void,
 *   time: (serverMs: number) => void,
 *   mediaRestarted: () => void,
 *   leave: () => void,
 *   connected: (yes: boolean) => void,
 * }} Follower
 */

const BACKOFF_MS = [500, 1000, 2000, 4000];

/**
 * @param {string} url address of the stream, without the version
 * @param {Follower} follower
 * @returns {() => void} stops following
 */
export function follow(url, follower) {
  let version = "";
  let mediaRun = "";
  let failures = 0;
  let stopped = false;
  /** @type {EventSource | null} */
  let source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const open = () => {
    const address = new URL(url, location.href);
    if (version) address.searchParams.set("after", version);
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      follower.connected(true);
    };
    source.onerror = () => {
      follower.connected(false);
      source?.close();
      if (stopped) return;
      const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 4000;
      failures += 1;
      timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
    };
    source.addEventListener("fragment", (event) => follower.fragment(event.data));
    source.addEventListener("personal", (event) => follower.personal(event.data));
    source.addEventListener("time", (event) => follower.time(Number(event.data)));
    source.addEventListener("media", (event) => {
      const before = mediaRun;
      mediaRun = event.data;
      if (before && before !== mediaRun) follower.mediaRestarted();
    });
    source.addEventListener("asking", (event) => showAsking(event.data));
    source.addEventListener("version", (event) => {
      version = event.data;
    });
    source.addEventListener("leave", () => {
      stop();
      follower.leave();
    });
  };
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
  open();
  return stop;
}
