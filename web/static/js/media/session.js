// One WHIP or WHEP session (RFC 9725) that comes back by itself. Knows the protocol; knows nothing of the page.

/** @typedef {'connecting' | 'connected' | 'away' | 'closed' | 'inuse' | 'refused'} State */
/**
 * @typedef {object} Plan
 * @property {string} url the endpoint
 * @property {() => Promise<string>} token a fresh bearer token; asked for at every attempt
 * @property {(pc: RTCPeerConnection) => void} prepare adds transceivers before the offer
 * @property {((state: State) => void) | undefined} [onstate]
 */

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 8000;
const DISCONNECTED_MS = 4000;
const CONNECT_MS = 15000;
const FRAGMENT = 'application/trickle-ice-sdpfrag';
/** For so long after a loss, 'in use' means our own former session, which the server has not missed yet. */
const OWN_SESSION_MS = 15000;

/** Errors after which trying again is of no use: how they are reported. */
const FINAL = new Map([
  [403, 'refused'],
  [406, 'refused'],
  [409, 'inuse'],
  [415, 'refused'],
  [422, 'refused'],
]);

/**
 * ICE servers from Link headers (RFC 9725 section 4.6).
 * @param {string | null} header
 * @returns {RTCIceServer[]}
 */
export function iceServers(header) {
  /** @type {RTCIceServer[]} */
  const servers = [];
  for (const [, urls = '', rest = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    /** @type {Record<string, string>} */
    const values = {};
    for (const [, key = '', value = ''] of rest.matchAll(/;\s*([\w-]+)="([^"]*)"/g)) values[key] = value;
    if (values.rel !== 'ice-server') continue;
    const { username, credential } = values;
    servers.push(username && credential ? { urls, username, credential } : { urls });
  }
  return servers;
}

/** @type {Set<Session>} */
const sessions = new Set();

/** The server's media may have begun anew: every session of the page is looked after at once. */
export function verifySessions() {
  for (const session of sessions) void session.verify();
}

/** Keeps one peer connection alive: makes it, watches it, and makes the next one when it fails. */
export class Session {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** @type {RTCPeerConnection | null} */
    this.pc = null;
    this.ended = false;
    this.delayMs = FIRST_DELAY_MS;
    this.wasConnected = false;
    this.connectedAt = -Infinity;
    /** @type {string | null} */
    this.resource = null;
    this.bearer = '';
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.onLeave = () => this.drop(true);
    addEventListener('pagehide', this.onLeave);
    sessions.add(this);
  }

  /** @param {State} state */
  tell(state) {
    this.plan.onstate?.(state);
  }

  /** Make a connection; resolves when the server has answered or for good refused, else tries again later. */
  async connect() {
    if (this.ended) return;
    this.tell('connecting');
    try {
      this.bearer = await this.plan.token();
      const options = await this.request(this.plan.url, 'OPTIONS');
      const pc = new RTCPeerConnection({ iceServers: iceServers(options.headers.get('Link')), bundlePolicy: 'max-bundle' });
      this.pc = pc;
      this.watch(pc);
      this.plan.prepare(pc);
      await pc.setLocalDescription();
      const response = await this.request(this.plan.url, 'POST', 'application/sdp', pc.localDescription?.sdp);
      if (response.status !== 201) return this.failed(response);
      this.resource = new URL(response.headers.get('Location') ?? '', response.url).href;
      if (this.ended || this.pc !== pc) return this.drop(true);
      await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    } catch {
      this.again();
    }
  }

  /**
   * @param {string} url
   * @param {string} method
   * @param {string} [type]
   * @param {string} [body]
   * @param {Record<string, string>} [more] headers
   */
  request(url, method, type, body, more) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.bearer}`, ...more };
    if (type) headers['Content-Type'] = type;
    return fetch(url, { method, headers, body: body ?? null, cache: 'no-store', keepalive: method === 'DELETE' });
  }

  /** @param {Response} response */
  failed(response) {
    const state = FINAL.get(response.status);
    const ours = state === 'inuse' && performance.now() - this.connectedAt < OWN_SESSION_MS;
    if (!state || ours) return this.again();
    this.close(/** @type {State} */ (state));
  }

  /** @param {RTCPeerConnection} pc */
  watch(pc) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), CONNECT_MS);
    pc.onconnectionstatechange = () => {
      if (this.pc !== pc) return;
      clearTimeout(this.timer);
      if (this.wasConnected) this.connectedAt = performance.now();
      this.wasConnected = pc.connectionState === 'connected';
      if (this.wasConnected) {
        this.delayMs = FIRST_DELAY_MS;
        this.tell('connected');
      } else if (pc.connectionState === 'disconnected') {
        this.tell('away');
        this.timer = setTimeout(() => this.again(), DISCONNECTED_MS);
        void this.verify();
      } else if (pc.connectionState === 'failed' || pc.connectionState === 'closed') {
        this.again();
      }
    };
  }

  /**
   * Ask whether the server still has this session, and make another one at once where it has not: a server that was
   * killed says no goodbye, and the silence alone is noticed only after some ten seconds.
   */
  async verify() {
    const { pc, resource } = this;
    if (!resource) return;
    try {
      this.bearer = await this.plan.token();
      const response = await this.request(resource, 'PATCH', FRAGMENT, 'a=end-of-candidates\r\n', { 'If-Match': '*' });
      if (response.status !== 404 || this.pc !== pc) return;
      this.resource = null;
      this.again();
    } catch {
      // Neither is the server there: the connection's own state decides.
    }
  }

  /**
   * Tell the server something of this connection.
   * @param {string} what the resource below the session's
   * @param {object} said
   * @returns {Promise<Record<string, string> | null>} the answer; null where there is none
   */
  async say(what, said) {
    if (!this.resource) return null;
    const body = JSON.stringify(said);
    try {
      let response = await this.request(`${this.resource}/${what}`, 'POST', 'application/json', body);
      if (response.status === 401 && this.resource) {
        this.bearer = await this.plan.token();
        response = await this.request(`${this.resource}/${what}`, 'POST', 'application/json', body);
      }
      return response.status === 200 ? await response.json() : null;
    } catch {
      return null;
    }
  }

  /** Give this connection up and make another one after a pause that grows. */
  again() {
    if (this.ended) return;
    this.drop(true);
    this.tell('away');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.delayMs * (0.75 + Math.random() / 2));
    this.delayMs = Math.min(this.delayMs * 2, LAST_DELAY_MS);
  }

  /** @param {boolean} polite whether to tell the server */
  drop(polite) {
    const { pc, resource } = this;
    this.pc = null;
    this.resource = null;
    if (pc) {
      pc.onconnectionstatechange = null;
      pc.close();
    }
    if (polite && resource) this.request(resource, 'DELETE').catch(() => {});
  }

  /** @param {State} [state] */
  close(state = 'closed') {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    removeEventListener('pagehide', this.onLeave);
    sessions.delete(this);
    this.drop(true);
    this.tell(state);
  }
}
