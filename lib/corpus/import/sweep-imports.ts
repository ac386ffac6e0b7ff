import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { isUploadInUse } from "../uploads/upload-store";
import { runImport, staleSeconds } from "./run-import";

/** Files that nobody imported are kept for a day. */
const uploadHours = 24;

/** Asks anew for imports whose worker died, and removes uploads that nobody imported. */
export const sweepImports = defineJob({
  name: "corpora.sweep",
  payload: z.strictObject({}),
  everySeconds: 30,
  run: async () => {
    const stale = new Date(Date.now() - staleSeconds * 1000);
    const waiting = await database().corpusImport.findMany({
      where: {
        OR: [
          { state: "running", heartbeatAt: { lt: stale } },
          { state: "queued", createdAt: { lt: stale } },
        ],
      },
      select: { id: true },
    });
    for (const { id } of waiting) await enqueue(database(), runImport, { importId: id }, { key: `import:${id}` });
    await removeOldUploads();
  },
});

export async function removeOldUploads(now: number = Date.now()): Promise<void> {
  const root = pathOf("store:uploads");
  for (const studyId of await readdir(root).catch(() => [])) {
    for (const uploadId of await readdir(path.join(root, studyId)).catch(() => [])) {
      const folder = path.join(root, studyId, uploadId);
      if (await isOld(folder, now)) await removeUnused(folder, `store:uploads/${studyId}/${uploadId}/`);
    }
  }
}

/** Since its last part arrived. */
async function isOld(folder: string, now: number): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => now,
      ),
    ),
  );
  return Math.max(0, ...times) < now - uploadHours * 3_600_000;
}

async function removeUnused(folder: string, address: string): Promise<void> {
  if (!(await isUploadInUse(address))) await rm(folder, { recursive: true, force: true });
}
