import type { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { notFound, Problem, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labelKept } from "@/lib/studies/kept-from";
import { askForLabel } from "./ask-endpoint";
import { connectEndpoint } from "./connect-endpoint";
import { EndpointBusy, EndpointRefused } from "./post-chat";
import { renderPrompt } from "./rules";
import { labellingParametersSchema, type tryAnswerSchema } from "./schema";

/**
 * One answer to one document by a prompt that is being written; nothing is kept. Throws 404, and 403
 * `label_hidden_while_deciding` for a document on which the person still decides.
 */
export async function tryPrompt(
  actor: StudyActor,
  input: { endpointId: string; text: string; itemId: string },
): Promise<z.infer<typeof tryAnswerSchema>> {
  const [endpoint, item] = await Promise.all([
    database().llmEndpoint.findFirst({ where: { id: input.endpointId, archivedAt: null } }),
    findItem(actor, input.itemId),
  ]);
  if (!endpoint || !item) throw notFound();
  if (item.kept) throw new Problem(403, "label_hidden_while_deciding");
  const way = await connectEndpoint(endpoint);
  if ("waiting" in way) return { waiting: way.waiting, outcome: null, probability: null, rawAnswer: "" };
  const parameters = labellingParametersSchema.parse({});
  try {
    const message = renderPrompt(input.text, item.text, parameters.maxCharacters);
    const { outcome, probability, rawAnswer } = await askForLabel(way.connection, message, parameters);
    return { waiting: null, outcome, probability, rawAnswer };
  } catch (error) {
    if (error instanceof EndpointRefused) throw unprocessable(`endpoint_${error.code}`, { detail: error.detail });
    if (error instanceof EndpointBusy) throw unprocessable("endpoint_unreachable", { detail: error.reason });
    throw error;
  }
}

async function findItem(actor: StudyActor, itemId: string): Promise<{ text: string; kept: boolean } | undefined> {
  const [item] = await database().$queryRaw<{ text: string; kept: boolean }[]>`
    select item."text", ${labelKept(actor)} as "kept"
    from "Item" item join "Sample" sample on sample."id" = item."sampleId"
    where item."id" = ${itemId}::uuid and sample."studyId" = ${actor.studyId}::uuid`;
  return item;
}
