// @ts-check
import { delimiter, dirname } from "node:path";
import { runnerEnvironment } from "../python-environment.mjs";

/** What runs other people's code or models has no business with the studio's own keys. */
const WITHHELD = [
  "DATABASE_URL",
  "NEXTAUTH_SECRET",
  "STUDIO_ENCRYPTION_KEY",
  "STUDIO_SUPERVISOR_URL",
  "STUDIO_SUPERVISOR_TOKEN",
  "OIDC_CLIENT_SECRET",
  "STUDIO_S3_ACCESS_KEY_ID",
  "STUDIO_S3_SECRET_ACCESS_KEY",
];

/**
 * The variables for a service of the Python environment: its programs come first in the path, it finds the runner of
 * this clone, and lacks the studio's secrets.
 * @param {string} python
 * @param {Record<string, string>} [own]
 * @returns {Record<string, string | undefined>}
 */
export function serviceEnvironment(python, own = {}) {
  return {
    PYTHONPATH: runnerEnvironment().PYTHONPATH,
    PATH: [dirname(python), process.env.PATH].filter(Boolean).join(delimiter),
    VIRTUAL_ENV: dirname(dirname(python)),
    PYTHONUNBUFFERED: "1",
    // Two spinning OpenMP teams on few cores cost more than they bring.
    OMP_WAIT_POLICY: "passive",
    // The models lie on this machine; nothing is fetched from outside.
    HF_HUB_OFFLINE: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    DO_NOT_TRACK: "1",
    ...Object.fromEntries(WITHHELD.map((name) => [name, undefined])),
    ...own,
  };
}
