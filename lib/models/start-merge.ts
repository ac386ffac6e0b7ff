import { readModelFacts } from "@/lib/compute/estimates/model-facts";
import { startOptionsOf } from "@/lib/compute/rules";
import { startRun } from "@/lib/compute/start-run";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { visibleTo } from "./checkpoints";
import type { StartMerge } from "./schema";

/**
 * Merges two checkpoints; t = 0 is `first`. Throws `merge_with_itself`, and `merge_layers_differ` for a plan for fewer or more
 * layers than the model has, where the studio can see it; the runner refuses that too, and different architectures.
 */
export async function startMerge(actor: StudyActor, input: StartMerge): Promise<{ id: string }> {
  if (input.firstId === input.secondId) throw unprocessable("merge_with_itself");
  return inTransaction(async (transaction) => {
    const find = (id: string) =>
      transaction.checkpoint.findFirst({ where: { ...visibleTo(actor.studyId), id, kind: { not: "encoder" } } });
    const [first, second] = await Promise.all([find(input.firstId), find(input.secondId)]);
    if (!first || !second) throw notFound();
    await requireAllLayers(first.address, input.parameters.layerCount);
    return startRun(transaction, actor, {
      kind: "merge",
      name: input.name,
      ...startOptionsOf(input),
      inputs: {
        first: { address: first.address, digest: first.digest },
        second: { address: second.address, digest: second.digest },
      },
      parameters: input.parameters,
      edges: [
        { kind: "checkpoint", targetId: first.id, role: "first" },
        { kind: "checkpoint", targetId: second.id, role: "second" },
      ],
    });
  });
}

async function requireAllLayers(address: string, planned: number | null): Promise<void> {
  if (planned === null) return;
  const facts = await readModelFacts(address);
  if (facts && facts.layers !== planned) throw unprocessable("merge_layers_differ", { planned, layers: facts.layers });
}
