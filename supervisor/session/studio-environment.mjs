// @ts-check
import { pathToFileURL } from "node:url";

/**
 * What web and worker find in their environment (read by lib/platform/environment.ts). A variable that is already set
 * by whoever starts the studio wins, except for what the supervisor alone can know.
 * @param {object} options
 * @param {"demo" | "production" | "development" | "test"} options.mode
 * @param {import("../data-folder.mjs").DataFolder} options.dataFolder
 * @param {string} options.databaseUrl
 * @param {string} options.url
 * @param {{ url: string, token: string } | undefined} [options.control]
 * @param {string[]} [options.importRoots]
 * @returns {Record<string, string>}
 */
export function studioEnvironment({ mode, dataFolder, databaseUrl, url, control, importRoots = [] }) {
  const { sessionSecret, encryptionKey } = dataFolder.secrets;
  const defaults = {
    STUDIO_STORE: pathToFileURL(dataFolder.artifacts).href,
    STUDIO_URL: url,
    NEXTAUTH_SECRET: sessionSecret,
    STUDIO_ENCRYPTION_KEY: encryptionKey,
    STUDIO_IMPORT_ROOTS: importRoots.join(":"),
  };
  const chosen = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, process.env[name] || value]),
  );
  return {
    ...chosen,
    NEXTAUTH_URL: process.env.NEXTAUTH_URL || String(chosen.STUDIO_URL),
    DATABASE_URL: databaseUrl,
    STUDIO_DATA: dataFolder.path,
    STUDIO_MODE: mode,
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    ...(control ? { STUDIO_SUPERVISOR_URL: control.url, STUDIO_SUPERVISOR_TOKEN: control.token } : {}),
  };
}
