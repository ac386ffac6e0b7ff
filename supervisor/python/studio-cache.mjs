// @ts-check
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where large things lie that can be made again and that several clones share: Python environments, example models.
 * @param {NodeJS.ProcessEnv} [environment]
 */
export function studioCacheFolder(environment = process.env) {
  if (environment.STUDIO_CACHE) return environment.STUDIO_CACHE;
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "definemed-studio");
}
