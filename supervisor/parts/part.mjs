// @ts-check

/** @typedef {"absent" | "installing" | "starting" | "ready" | "stopping" | "failed"} PartState */

/**
 * What the web and the worker see of a part.
 * @typedef {object} PartView
 * @property {string} name
 * @property {PartState} state
 * @property {number | null} progress from 0 to 1 while installing; null when unknown
 * @property {string} messageKey key of the sentence that says what is going on
 * @property {string | null} detail what just now, such as the name of a package or model
 * @property {string | null} error a sentence, in English, when failed
 * @property {string | null} address of a running service
 * @property {string | null} token that the service wants as bearer token
 * @property {Record<string, unknown> | null} result of an installation: `{python}`, `{models}`
 * @property {string | null} stopsAt when a service that nobody uses is going to stop
 */

/** Something that is brought up when first asked for. */
export class Part {
  /** @type {PartState} */
  state = "absent";
  /** @type {number | null} */
  progress = null;
  /** @type {string | null} */
  detail = null;
  /** @type {string | null} */
  error = null;
  /** @type {string | null} */
  message = null;
  /** @type {Promise<void> | undefined} */
  #work;
  /** @type {(part: Part) => void} called after each change of state */
  onChange = () => {};

  /**
   * @param {string} name
   * @param {Part[]} needs what has to be ready before
   * @param {"installing" | "starting"} busyState what it is while it is brought up
   */
  constructor(name, needs, busyState) {
    this.name = name;
    this.needs = needs;
    this.busyState = busyState;
  }

  /**
   * Brings the part up unless it is or is being brought up. Resolves when that is over, with success or without:
   * `state` tells. A part that failed is tried anew.
   */
  ensure() {
    if (this.state === "ready") return Promise.resolve();
    this.#work ??= this.#bringUpWithNeeds().finally(() => {
      this.#work = undefined;
    });
    return this.#work;
  }

  async #bringUpWithNeeds() {
    this.error = null;
    this.change(this.needs.every((need) => need.state === "ready") ? this.busyState : "installing");
    try {
      for (const need of this.needs) {
        await need.ensure();
        if (need.state !== "ready") throw new Error(need.error ?? `${need.name} is not there.`);
      }
      if (this.state !== this.busyState) this.change(this.busyState);
      await this.bringUp();
      this.change("ready");
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
      this.change("failed");
    }
  }

  /**
   * @abstract
   * @returns {Promise<void>}
   */
  async bringUp() {
    throw new Error(`${this.name} does not say how it is brought up.`);
  }

  /** Someone uses it. */
  use() {}

  /** @param {PartState} state */
  change(state) {
    this.state = state;
    this.progress = null;
    this.detail = null;
    this.message = null;
    this.onChange(this);
  }

  /**
   * How far an installation is.
   * @param {{ fraction: number | null, messageKey: string, detail?: string }} progress
   */
  show({ fraction, messageKey, detail }) {
    this.progress = fraction;
    this.message = messageKey;
    this.detail = detail ?? null;
  }

  /** @returns {PartView} */
  view() {
    // While it waits for what it needs, that one's progress is the answer to "how long still".
    const shown = this.state === "installing" ? (this.needs.find((need) => need.state !== "ready") ?? this) : this;
    return {
      name: this.name,
      state: this.state,
      progress: shown.progress,
      messageKey: shown.message ?? `parts.${this.name}.${this.state}`,
      detail: shown.detail,
      error: this.error,
      address: null,
      token: null,
      result: null,
      stopsAt: null,
    };
  }
}
