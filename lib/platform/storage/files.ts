import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, stat } from "node:fs/promises";
import path from "node:path";

/** Writes a file so that it appears whole or not at all, and is on disk when this returns. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.part`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Relative paths of all files below a folder, in no order. */
export async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const entries = await readdir(path.join(folder, prefix), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map((entry) => {
      const name = prefix ? `${prefix}/${entry.name}` : entry.name;
      return entry.isDirectory() ? filesBelow(folder, name) : [name];
    }),
  );
  return nested.flat();
}

/** Digest of a file or folder as docs/runner-contract.md defines it, `sha256:<hex>`. */
export async function digestOf(fileOrFolder: string): Promise<string> {
  const info = await stat(fileOrFolder);
  if (!info.isDirectory()) return `sha256:${await sha256OfFile(fileOrFolder)}`;
  const names = (await filesBelow(fileOrFolder)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const hash = createHash("sha256");
  for (const name of names) {
    const file = path.join(fileOrFolder, name);
    hash.update(`${name}\t${(await stat(file)).size}\t${await sha256OfFile(file)}\n`);
  }
  return `sha256:${hash.digest("hex")}`;
}
