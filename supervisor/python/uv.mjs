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

/**
 * What a line of uv's output says about how far it is.
 * @param {string} line
 * @returns {{ phase: "downloading" | "installing", detail: string } | undefined}
 */
export function readUvLine(line) {
  const fetched = /^\s*(?:Downloading|Building) (\S+)(?: \(([^)]+)\))?/.exec(line);
  if (fetched?.[1]) return { phase: "downloading", detail: fetched[2] ? `${fetched[1]} (${fetched[2]})` : fetched[1] };
  const prepared = /^Prepared (\d+) packages?/.exec(line);
  if (prepared) return { phase: "installing", detail: `${prepared[1]}` };
  return undefined;
}
