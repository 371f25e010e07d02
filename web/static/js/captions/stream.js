/**
 * The stream of one language's captions, for readers and captioners alike; it is opened again for ever.
 *
 * @typedef {import("./log.js").Cue} Cue
 * @typedef {import("./log.js").Line} Line
 * @typedef {import("./log.js").Who} Who
 * @typedef {{ name: string, page: string }} Writer
 * @typedef {{
 *   at?: (ms: number) => void,
 *   cues: (cues: Cue[]) => void,
 *   cue: (cue: Cue) => void,
 *   line: (line: Line) => void,
 *   writer?: (writer: Writer | null) => void,
 *   voice?: (who: Who) => void,
 *   connected: (yes: boolean) => void,
 * }} Follower `at`: of the webcast: of which moment, by the server's clock, what follows is
 */

const BACKOFF_MS = [500, 1000, 2000, 4000];

/**
 * @param {URL} address
 * @param {Follower} follower
 * @returns {() => void} stops following
 */
export function followCaptions(address, follower) {
  let failures = 0;
  /** @type {EventSource | null} */
  let source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const stop = () => {
    clearTimeout(timer);
    source?.close();
  };
  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      follower.connected(true);
    };
    source.onerror = () => {
      follower.connected(false);
      source?.close();
      const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 4000;
      failures += 1;
      timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
    };
    source.addEventListener("at", (event) => follower.at?.(Number(event.data)));
    source.addEventListener("cues", (event) => follower.cues(JSON.parse(event.data)));
    source.addEventListener("cue", (event) => follower.cue(JSON.parse(event.data)));
    source.addEventListener("line", (event) => follower.line(JSON.parse(event.data)));
    source.addEventListener("writer", (event) => follower.writer?.(JSON.parse(event.data)));
    source.addEventListener("voice", (event) => follower.voice?.(JSON.parse(event.data)));
    // Where one must leave, the meeting's own stream leads away.
    source.addEventListener("leave", stop);
  };
  open();
  return stop;
}
