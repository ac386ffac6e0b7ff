import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { environment } from "@/lib/platform/environment";
import { unprocessable } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import type { StudyActor } from "@/lib/studies/actor";
import type { ImportSource } from "../schema";
import { findUpload } from "../uploads/upload-store";

/** `file` is an absolute path; `address` is what the import keeps of it. */
export type LocatedSource = { file: string; address: string; fileName: string };

/** Throws 404, `upload_incomplete`, `import_path_outside`, `import_path_missing`. */
export async function locateSource(actor: StudyActor, source: ImportSource): Promise<LocatedSource> {
  if (source.kind === "path") {
    const file = await resolveServerFile(source.path);
    return { file, address: pathToFileURL(file).href, fileName: path.basename(file) };
  }
  const upload = await findUpload(actor, source.uploadId);
  if (upload.received !== upload.bytes) {
    throw unprocessable("upload_incomplete", { received: upload.received, bytes: upload.bytes });
  }
  return { file: pathOf(upload.address), address: upload.address, fileName: upload.fileName };
}

/** The file of an import's address, checked anew: what a path leads to may have changed since. */
export async function fileOfAddress(address: string): Promise<string> {
  return address.startsWith("file://") ? resolveServerFile(fileURLToPath(address)) : pathOf(address);
}

/** The real file behind a path; it and what it leads to by links must lie in an allowed folder. */
async function resolveServerFile(requested: string): Promise<string> {
  const roots = environment().importRoots.map((root) => path.resolve(/* turbopackIgnore: true */ root));
  const plain = path.resolve(/* turbopackIgnore: true */ requested);
  // Outside, nobody learns whether there is such a file.
  if (requested.includes("\0") || !path.isAbsolute(requested) || !roots.some((root) => isBelow(root, plain))) {
    throw unprocessable("import_path_outside");
  }
  const real = await realpath(plain).catch(() => null);
  if (real === null) throw unprocessable("import_path_missing");
  const realRoots = await realRootsOf(roots);
  if (!realRoots.some((root) => isBelow(root, real))) throw unprocessable("import_path_outside");
  if (!(await stat(real)).isFile()) throw unprocessable("import_path_missing");
  return real;
}

async function realRootsOf(roots: string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return real.filter((root) => root !== null);
}

function isBelow(root: string, file: string): boolean {
  return file.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

const filesListed = 500;

/** Files in the allowed folders that look importable, three folders deep. */
export async function listServerFiles(): Promise<{ roots: string[]; files: { path: string; bytes: number }[] }> {
  const roots = environment().importRoots;
  const files: { path: string; bytes: number }[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= filesListed || entry.name.startsWith(".")) continue;
      const place = path.join(folder, entry.name);
      if (entry.isDirectory() && depth < 3) await visit(place, depth + 1);
      else if (entry.isFile() && /\.(jsonl|ndjson|json|parquet)(\.gz)?$/i.test(entry.name)) {
        files.push({ path: place, bytes: (await stat(place)).size });
      }
    }
  };
  for (const root of roots) await visit(path.resolve(/* turbopackIgnore: true */ root), 0);
  return { roots, files };
}
