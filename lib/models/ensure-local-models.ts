import { z } from "zod";
import { inTransaction } from "@/lib/platform/database/client";
import { askPart, SupervisorUnreachable } from "@/lib/platform/supervisor-part";

/** The two small models of the example; `folder` is the name below the supervisor's model cache. */
const localModels = [
  { kind: "base", name: "SmolLM2-135M-Instruct", folder: "smollm2-135m-instruct", description: "Apache-2.0, 135 M" },
  { kind: "encoder", name: "multilingual-e5-small", folder: "multilingual-e5-small", description: "MIT, 118 M" },
] as const;

/** Makes their rows as soon as the supervisor has them ready; true when they are there (or will never be). */
export async function ensureLocalModels(): Promise<boolean> {
  const made = await modelsMade();
  if (made === null) return false;
  for (const model of localModels) {
    const found = made.find(({ name }) => name === model.folder);
    if (!found) continue;
    const address = `file://${found.folder}`;
    const { digest } = found;
    await inTransaction(async (transaction) => {
      await transaction.$executeRaw`select pg_advisory_xact_lock(hashtext('local models'))`;
      const known = await transaction.checkpoint.findFirst({
        where: { studyId: null, name: model.name, archivedAt: null },
      });
      if (known?.address === address && known.digest === digest) return;
      // The cache has moved or was made anew: the old row stays for the runs that used it.
      if (known) await transaction.checkpoint.update({ where: { id: known.id }, data: { archivedAt: new Date() } });
      const { kind, name, description } = model;
      await transaction.checkpoint.create({ data: { kind, name, description, address, digest } });
    });
  }
  return true;
}

const madeSchema = z.array(z.object({ name: z.string(), folder: z.string(), digest: z.string() }));

/** What the supervisor made: nothing where no supervisor runs the studio, null while it is at it. */
async function modelsMade(): Promise<z.infer<typeof madeSchema> | null> {
  try {
    const part = await askPart("models", "look");
    if (!part) return [];
    return part.state === "ready" ? madeSchema.parse(part.result?.models) : null;
  } catch (error) {
    if (error instanceof SupervisorUnreachable) return null;
    throw error;
  }
}
