import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runToEnd } from "../label-studio/label-studio-server";

export const doccanoVersion = "1.8.4";
/** Its own requirements let in later versions of these, with which it doesn't start or can't read a file. */
const requirements = [`doccano==${doccanoVersion}`, "marshmallow==3.26.2", "numpy==1.26.4", "setuptools==80.9.0"];

/**
 * Takes a JSONL file into doccano, and what doccano exports of it to `target`. doccano is installed from PyPI into `folder`,
 * unless it is there already. $PYTHON names the Python (3.8 to 3.11) that makes its environment.
 */
export async function throughDoccano(folder: string, scratch: string, source: string, target: string): Promise<void> {
  const log = path.join(scratch, "doccano.log");
  const environment = path.join(folder, `doccano-${doccanoVersion}`);
  const done = path.join(environment, "installed");
  const program = (name: string) => path.join(environment, "bin", name);
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    rmSync(environment, { recursive: true, force: true });
    await runToEnd(process.env.PYTHON ?? "python3", ["-m", "venv", environment], {}, log);
    await runToEnd(program("pip"), ["install", "--quiet", ...requirements], {}, log);
    writeFileSync(done, "");
  }
  const trip = fileURLToPath(new URL("./doccano_trip.py", import.meta.url));
  await runToEnd(program("python"), [trip, path.join(scratch, "doccano"), source, target], {}, log);
}
