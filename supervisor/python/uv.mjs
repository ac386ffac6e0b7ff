// @ts-check
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";

/**
 * What uv is told about package indexes. uv does not read pip's configuration, but whoever has a mirror in a hospital's
 * network has usually told pip about it; uv's own variables win.
 * @param {string[]} pipConfiguration the lines of `pip config list`
 * @param {string} cacheFolder
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv}
 */
export function uvEnvironment(pipConfiguration, cacheFolder, environment = process.env) {
  const pip = readPipConfiguration(pipConfiguration);
  const extra = pip["extra-index-url"]?.split(/\s+/).join(" ");
  return {
    ...(pip["index-url"] ? { UV_DEFAULT_INDEX: pip["index-url"] } : {}),
    ...(extra ? { UV_INDEX: extra } : {}),
    ...(pip.cert ? { SSL_CERT_FILE: pip.cert } : {}),
    // Beside the environments: on one file system uv links files instead of copying them.
    UV_CACHE_DIR: join(cacheFolder, "uv"),
    UV_NO_PROGRESS: "1",
    ...environment,
  };
}

/**
 * Settings of pip by name; those given by variables come last and win over those of files.
 * @param {string[]} lines such as `global.index-url='…'` and `:env:.index-url='…'`
 * @returns {Record<string, string | undefined>}
 */
function readPipConfiguration(lines) {
  /** @type {Record<string, string>} */
  const settings = {};
  const parsed = lines.flatMap((line) => {
    const match = /^(global|install|:env:)\.([\w-]+)='(.*)'$/.exec(line);
    return match ? [{ scope: match[1], name: match[2] ?? "", value: match[3] ?? "" }] : [];
  });
  for (const scope of ["global", "install", ":env:"]) {
    for (const one of parsed) if (one.scope === scope) settings[one.name] = one.value;
  }
  return settings;
}

/**
 * @param {string} python
 * @param {AbortSignal} [signal]
 */
export async function pipConfiguration(python, signal) {
  const { code, output } = await runCommand(python, ["-m", "pip", "config", "list"], { signal });
  return code === 0 ? output : [];
}

/** How far `uv pip sync` is, read from the lines that it writes. */
export class UvProgress {
  /** @type {"downloading" | "installing"} */
  phase = "downloading";
  /** Announced and not yet there: name → size as uv writes it, such as 52.5MiB. @type {Map<string, string>} */
  #arriving = new Map();

  /** @param {string} line */
  read(line) {
    const started = /^Downloading (\S+) \(([^)]+)\)/.exec(line);
    if (started?.[1] && started[2]) this.#arriving.set(started[1], started[2]);
    const arrived = /^\s*Downloaded (\S+)/.exec(line);
    if (arrived?.[1]) this.#arriving.delete(arrived[1]);
    if (/^Prepared \d+ package/.test(line)) this.phase = "installing";
  }

  /** The largest package that is still arriving: the one that everything waits for. */
  get detail() {
    const [largest] = [...this.#arriving].sort(([, a], [, b]) => mebibytes(b) - mebibytes(a));
    return largest === undefined || this.phase === "installing" ? undefined : `${largest[0]} (${largest[1]})`;
  }
}

/** @param {string} size such as 1.2GiB */
function mebibytes(size) {
  const unit = /** @type {Record<string, number>} */ ({ KiB: 1 / 1024, MiB: 1, GiB: 1024 });
  return Number.parseFloat(size) * (unit[size.slice(-3)] ?? 0);
}
