import type { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { askForLabel } from "./ask-endpoint";
import { connectEndpoint } from "./connect-endpoint";
import { EndpointBusy, EndpointRefused } from "./post-chat";
import { renderPrompt } from "./rules";
import { labellingParametersSchema, type tryAnswerSchema } from "./schema";

/** One answer to one document by a prompt that is being written; nothing is kept. */
export async function tryPrompt(
  actor: StudyActor,
  input: { endpointId: string; text: string; itemId: string },
): Promise<z.infer<typeof tryAnswerSchema>> {
  const [endpoint, item] = await Promise.all([
    database().llmEndpoint.findFirst({ where: { id: input.endpointId, archivedAt: null } }),
    database().item.findFirst({ where: { id: input.itemId, sample: { studyId: actor.studyId } } }),
  ]);
  if (!endpoint || !item) throw notFound();
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
