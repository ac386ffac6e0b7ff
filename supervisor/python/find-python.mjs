// @ts-check
import { Refusal } from "../refusal.mjs";
import { runCommand } from "./run-command.mjs";

/** The versions that runner/pyproject.toml allows, the one that the requirements were compiled for first. */
const COMMANDS = ["python3.11", "python3.12", "python3.13", "python3"];
const FIRST_MINOR = 11;
const LAST_MINOR = 13;

const QUESTION = `
import importlib.util, json, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"path": sys.executable, "version": list(sys.version_info[:2]), "venv": has("venv") and has("ensurepip")}))
`;

/**
 * @typedef {object} Python
 * @property {string} path
 * @property {string} version such as 3.11
 * @property {boolean} venv whether it can make environments
 */

/**
 * The first Python of a fitting version that can make environments; a Refusal says what to install where there is none.
 * @param {{ commands?: string[], signal?: AbortSignal }} [options]
 * @returns {Promise<Python>}
 */
export async function findPython({ commands = COMMANDS, signal } = {}) {
  /** @type {Python | undefined} */
  let withoutVenv;
  for (const command of commands) {
    const python = await examine(command, signal);
    if (python?.venv) return python;
    withoutVenv ??= python;
  }
  if (withoutVenv) {
    throw new Refusal(
      `Python ${withoutVenv.version} is here (${withoutVenv.path}), but without its venv module. ` +
        `On Debian and Ubuntu: apt install python${withoutVenv.version}-venv. Then start again.`,
    );
  }
  throw new Refusal(
    `Python 3.${FIRST_MINOR} to 3.${LAST_MINOR} was not found. Install one of them (on Debian and Ubuntu: ` +
      "apt install python3 python3-venv), so that the command python3 starts it, then start again.",
  );
}

/**
 * @param {string} command
 * @param {AbortSignal} [signal]
 * @returns {Promise<Python | undefined>} undefined where the command is missing, broken, or of another version
 */
async function examine(command, signal) {
  const { code, output } = await runCommand(command, ["-I", "-c", QUESTION], { signal });
  const answer = output.at(-1);
  if (code !== 0 || answer === undefined) return undefined;
  const { path, version, venv } = JSON.parse(answer);
  const [major, minor] = version;
  if (major !== 3 || minor < FIRST_MINOR || minor > LAST_MINOR) return undefined;
  return { path, version: `${major}.${minor}`, venv };
}
