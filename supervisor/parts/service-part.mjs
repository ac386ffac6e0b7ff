// @ts-check
import { SupervisedProcess } from "../processes/supervised-process.mjs";
import { Part } from "./part.mjs";

/**
 * @typedef {object} Service
 * @property {import("../processes/supervised-process.mjs").ProcessDescription} description
 * @property {string} address
 * @property {string} token
 */

/** A part that is a running service. It stops when nobody has used it for a while, and starts again when asked. */
export class ServicePart extends Part {
  /** @type {Service | undefined} */
  #service;
  /** @type {SupervisedProcess | undefined} */
  #process;
  #restarting = false;
  #lastUsed = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #idleTimer;
  /** @type {Promise<void> | undefined} */
  #stopping;

  /**
   * @param {string} name
   * @param {{ needs: Part[], idleMs: number, prepare: () => Promise<Service>, surroundings: import("../processes/supervised-process.mjs").Surroundings }} options
   */
  constructor(name, { needs, idleMs, prepare, surroundings }) {
    super(name, needs, "starting");
    this.idleMs = idleMs;
    this.prepare = prepare;
    this.surroundings = surroundings;
  }

  get processId() {
    return this.#process?.processId;
  }

  /** @override */
  ensure() {
    // Its supervised process is already on the way back.
    return this.#restarting ? Promise.resolve() : super.ensure();
  }

  /** @override */
  async bringUp() {
    await this.#stopping;
    this.#service = await this.prepare();
    const supervised = new SupervisedProcess(this.#service.description, this.surroundings);
    supervised.onDied = () => {
      this.#restarting = true;
      this.change("starting");
    };
    supervised.onRestarted = () => {
      this.#restarting = false;
      this.change("ready");
    };
    supervised.onGivenUp = (error) => {
      this.#restarting = false;
      this.error = error.message;
      this.#forget();
      this.change("failed");
    };
    this.#process = supervised;
    await supervised.start();
    this.use();
  }

  /** @override */
  use() {
    this.#lastUsed = Date.now();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.stop(), this.idleMs);
    this.#idleTimer.unref();
  }

  /** Stops the service; a later `ensure` starts it again. */
  stop() {
    if (this.state !== "ready" || !this.#process) return Promise.resolve();
    const ending = this.#process;
    this.#forget();
    this.change("stopping");
    this.#stopping = ending.end().then(() => {
      if (this.state === "stopping") this.change("absent");
    });
    return this.#stopping;
  }

  /** @override */
  view() {
    const running = this.state === "ready";
    return {
      ...super.view(),
      address: running ? (this.#service?.address ?? null) : null,
      token: running ? (this.#service?.token ?? null) : null,
      stopsAt: running ? new Date(this.#lastUsed + this.idleMs).toISOString() : null,
    };
  }

  #forget() {
    clearTimeout(this.#idleTimer);
    this.#process = undefined;
  }
}
