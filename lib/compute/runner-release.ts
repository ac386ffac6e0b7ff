import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

const packageFolder = path.join(/* turbopackIgnore: true */ process.cwd(), "runner", "src", "definemed_runner");

/**
 * The studio's own runner, such as `0.1.0+3f0c92ab41de`: its version and 12 digits of a digest of its files. The runner
 * computes the same of itself (run/release.py); two that differ are not let near each other.
 */
export function runnerRelease(): Promise<string> {
  return releaseOf(packageFolder);
}

async function releaseOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && /\.(py|json)$/.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort((a, b) => (a < b ? -1 : 1));
  const digest = createHash("sha256");
  for (const name of names) {
    const content = await readFile(path.join(folder, name));
    digest.update(`${name}\t${createHash("sha256").update(content).digest("hex")}\n`);
  }
  const start = await readFile(path.join(folder, "__init__.py"), "utf8");
  const version = /^__version__ = "([^"]+)"$/m.exec(start)?.[1];
  if (!version) throw new Error("the runner names no version");
  return `${version}+${digest.digest("hex").slice(0, 12)}`;
}
