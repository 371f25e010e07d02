/**
 * What a door keeps in its browser: the list, what was read and not sent yet, and alarms that nobody has seen to.
 *
 * @typedef {{ id: string, code: string, badge: string, at: number }} Read `at`: ms since the epoch, by the server's clock
 * @typedef {{ id: string, name: string, at: number, revokedAt: number | null, state: string }} Alarm
 * @typedef {{ told: import("./door_badge.js").Told, ahead: number }} List `ahead`: the server's clock minus ours, ms
 */

const NAME = "rostrum-door";
const LIST = "list";

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

export class DoorStore {
  /** @param {IDBDatabase} db */
  constructor(db) {
    this.db = db;
    // Another tab ends the work at this door.
    db.onversionchange = () => db.close();
  }

  static async open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      for (const name of ["reads", "alarms"]) request.result.createObjectStore(name, { keyPath: "id" });
    };
    return new DoorStore(await settled(request));
  }

  /**
   * @param {string} name
   * @param {IDBTransactionMode} [mode]
   */
  store(name, mode) {
    return this.db.transaction(name, mode).objectStore(name);
  }

  /** @returns {Promise<List | undefined>} */
  list() {
    return settled(this.store("kept").get(LIST));
  }

  /** @param {List} list */
  async keepList(list) {
    await settled(this.store("kept", "readwrite").put(list, LIST));
  }

  /** The list is too old to judge by, and names on alarms have been here long enough. What was not sent stays. */
  async forgetList() {
    await settled(this.store("kept", "readwrite").clear());
    await settled(this.store("alarms", "readwrite").clear());
  }

  /** @returns {Promise<Read[]>} */
  async reads() {
    const all = await settled(this.store("reads").getAll());
    return all.sort((a, b) => a.at - b.at);
  }

  /** @param {Read} read */
  async addRead(read) {
    await settled(this.store("reads", "readwrite").put(read));
  }

  /** @param {string} id */
  async dropRead(id) {
    await settled(this.store("reads", "readwrite").delete(id));
  }

  /** @returns {Promise<Alarm[]>} */
  alarms() {
    return settled(this.store("alarms").getAll());
  }

  /** @param {Alarm} alarm */
  async addAlarm(alarm) {
    await settled(this.store("alarms", "readwrite").put(alarm));
  }

  /** @param {string} id */
  async dropAlarm(id) {
    await settled(this.store("alarms", "readwrite").delete(id));
  }

  /** Nothing of this door is left in the browser. */
  async destroy() {
    this.db.close();
    await settled(indexedDB.deleteDatabase(NAME));
  }
}
