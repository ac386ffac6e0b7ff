// @ts-check
import { complain, say } from "../session/terminal.mjs";
import { endpointService } from "./endpoint.mjs";
import { InstalledPart } from "./installed-part.mjs";
import { rayService } from "./ray.mjs";
import { ServicePart } from "./service-part.mjs";

const INSTRUCT_MODEL = "smollm2-135m-instruct";
const MINUTE_MS = 60_000;
const MOMENT_MS = 4000;
const DEFAULT_IDLE_MINUTES = 15;

/** @typedef {Map<string, import("./part.mjs").Part>} Parts */

/**
 * The parts of a session: `python` and `models` are installed, `ray` and `endpoint` run.
 * @param {import("../session/session.mjs").Session} session
 * @param {{ idleMinutes?: number }} [options] after how long without use a service stops
 * @returns {Parts}
 */
export function createParts(session, { idleMinutes = DEFAULT_IDLE_MINUTES } = {}) {
  const { dataFolder, surroundings, table } = session;
  const { onLine } = surroundings;
  const python = new InstalledPart("python", { table, onLine });
  const models = new InstalledPart("models", { needs: [python], table, onLine });
  const common = { idleMs: idleMinutes * MINUTE_MS, surroundings };
  const executable = () => String(python.result?.python);
  const ray = new ServicePart("ray", {
    ...common,
    needs: [python],
    prepare: () => rayService({ python: executable(), dataFolder }),
  });
  const endpoint = new ServicePart("endpoint", {
    ...common,
    needs: [python, models],
    prepare: () => endpointService({ python: executable(), model: instructModel(models.result), dataFolder }),
  });
  const parts = [python, models, ray, endpoint];
  const report = createReporter(session.signal);
  for (const part of parts) part.onChange = report;
  return new Map(parts.map((part) => [part.name, part]));
}

/**
 * The folder of the model that the local LLM serves.
 * @param {Record<string, unknown> | null} result of the part `models`
 */
function instructModel(result) {
  const models = /** @type {import("../example-models.mjs").ExampleModel[]} */ (result?.models ?? []);
  const found = models.find((model) => model.name === INSTRUCT_MODEL);
  if (!found) throw new Error(`The example model ${INSTRUCT_MODEL} is not there.`);
  return found.folder;
}

/** @type {Record<string, Partial<Record<import("./part.mjs").PartState, string>>>} */
const SENTENCES = {
  python: {
    installing: "Python environment: being installed in the background (3 GB the first time)",
    ready: "Python environment: ready",
  },
  models: { installing: "Example models: being prepared in the background", ready: "Example models: ready" },
  ray: {
    starting: "Ray: starting, because a run needs it",
    ready: "Ray: ready",
    stopping: "Ray: stopping, nobody has used it for a while",
  },
  endpoint: {
    starting: "Local LLM: starting, because someone needs it",
    ready: "Local LLM: ready",
    stopping: "Local LLM: stopping, nobody has used it for a while",
  },
};

/**
 * Tells the person at the terminal what becomes of the parts. An installation that is over in a moment, because
 * everything was there, is worth no line.
 * @param {AbortSignal} ended
 */
function createReporter(ended) {
  /** @type {Map<string, string>} */
  const said = new Map();
  /** @param {import("./part.mjs").Part} part */
  const tell = (part) => {
    if (ended.aborted) return;
    if (part.state === "failed") complain(`! ${part.name}: ${part.error}`);
    const sentence = SENTENCES[part.name]?.[part.state];
    if (sentence && said.get(part.name) !== sentence) say(sentence);
    said.set(part.name, sentence ?? "");
  };
  /** @param {import("./part.mjs").Part} part */
  return (part) => {
    if (part.state === "installing") setTimeout(() => part.state === "installing" && tell(part), MOMENT_MS).unref();
    else if (part.state !== "ready" || part instanceof ServicePart || said.has(part.name)) tell(part);
  };
}
