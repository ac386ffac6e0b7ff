// @ts-check
import { Refusal } from "../refusal.mjs";

/** @type {Record<string, string>} */
const SENTENCES = {
  "python.waiting": "Another process is making the Python environment; waiting for it",
  "python.creating": "Creating the Python environment",
  "python.downloading": "Downloading Python packages (about 3 GB)",
  "python.installing": "Installing Python packages",
  "python.compiling": "Compiling Python packages",
  "python.ready": "The Python environment is ready",
  "exampleModels.waiting": "Another process is preparing the example models; waiting for it",
  "exampleModels.downloading": "Downloading an example model",
  "exampleModels.converting": "Converting an example model",
  "exampleModels.checking": "Checking an example model",
  "exampleModels.ready": "The example model is ready",
};

/** @typedef {{ fraction: number | null, messageKey: string, detail?: string }} Progress */

/**
 * Runs something with progress for a person at a terminal; Ctrl-C ends it cleanly.
 * @template T
 * @param {(options: { onProgress: (progress: Progress) => void, signal: AbortSignal }) => Promise<T>} work
 * @param {(result: T) => string} conclude what is printed at the end
 */
export async function showInTerminal(work, conclude) {
  const abort = new AbortController();
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => abort.abort(new Refusal("Stopped. Start again to continue.")));
  }
  const line = new ProgressLine(process.stderr);
  try {
    const result = await work({ onProgress: (progress) => line.show(progress), signal: abort.signal });
    line.end();
    process.stdout.write(`${conclude(result)}\n`);
  } catch (error) {
    line.end();
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** One line that is rewritten in a terminal; in a file or pipe, a new line for each step and each tenth of it. */
export class ProgressLine {
  #last = "";
  #open = false;

  /** @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} stream */
  constructor(stream) {
    this.stream = stream;
  }

  /** @param {Progress} progress */
  show({ fraction, messageKey, detail }) {
    const sentence = SENTENCES[messageKey] ?? messageKey;
    const percent = fraction === null ? undefined : Math.floor(fraction * 100);
    if (this.stream.isTTY) {
      const text = [sentence, percent === undefined ? "" : `${percent} %`, detail ?? ""].filter(Boolean).join("  ");
      this.stream.write(`\r\x1b[2K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
      this.#open = true;
      return;
    }
    const tenth = percent === undefined || percent < 10 ? "" : ` ${Math.floor(percent / 10) * 10} %`;
    const text = `${sentence}${messageKey.endsWith(".ready") ? "" : tenth}`;
    if (text !== this.#last) this.stream.write(`${text}\n`);
    this.#last = text;
  }

  end() {
    if (this.#open) this.stream.write("\n");
    this.#open = false;
  }
}
