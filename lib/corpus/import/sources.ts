import { mkdir, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { environment } from "@/lib/platform/environment";
import { notFound, unprocessable } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import type { StudyActor } from "@/lib/studies/actor";
import type { ImportSource } from "../schema";

export const uploadFolder = (studyId: string, uploadId: string) => pathOf(`store:uploads/${studyId}/${uploadId}`);

/** Keeps the ending, which tells the format, and nothing that a path could be made of. */
export function safeFileName(name: string): string {
  const base = path
    .basename(name.replaceAll("\\", "/"))
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .replace(/^\.+/, "");
  return base.slice(-120) || "upload";
}

export async function prepareUpload(studyId: string, uploadId: string, fileName: string): Promise<string> {
  const folder = uploadFolder(studyId, uploadId);
  await mkdir(folder, { recursive: true });
  return path.join(folder, safeFileName(fileName));
}

/**
 * The absolute path of what is to be imported. An upload belongs to its study; a server path must lie, with its links
 * followed, under an allowed root. Throws 404, `import_path_not_allowed`, `import_path_missing`, `no_import_roots`.
 */
export async function resolveSource(
  actor: StudyActor,
  source: ImportSource,
): Promise<{ file: string; fileName: string }> {
  if (source.kind === "upload") {
    const folder = uploadFolder(actor.studyId, source.uploadId);
    const [name] = (await readdir(folder).catch(() => [])).filter((entry) => !entry.endsWith(".part"));
    if (!name) throw notFound();
    return { file: path.join(folder, name), fileName: name };
  }
  const roots = environment().importRoots;
  if (roots.length === 0) throw unprocessable("no_import_roots");
  // A path outside the roots is refused alike whether it exists or not: it tells nothing of the server's files.
  const refused = unprocessable("import_path_not_allowed", { roots: roots.join(", ") });
  const resolved = path.resolve(/* turbopackIgnore: true */ source.path);
  const real = await realpath(resolved).catch(() => resolved);
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => path.resolve(root))));
  const inside = (file: string) =>
    realRoots.some((root) => file.startsWith(root.endsWith(path.sep) ? root : root + path.sep));
  if (!inside(real)) throw refused;
  const info = await stat(real).catch(() => null);
  if (!info?.isFile()) throw unprocessable("import_path_missing", { path: source.path });
  return { file: real, fileName: path.basename(real) };
}
