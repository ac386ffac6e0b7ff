import { serve } from "@/app/api/serve";
import { listAnswerSetsOperation, startGenerationOperation } from "@/lib/generations/api";
import { listAnswerSets } from "@/lib/generations/read-answers";
import { startGeneration } from "@/lib/generations/start-generation";

export const GET = serve(listAnswerSetsOperation, async ({ actor }) => ({ answerSets: await listAnswerSets(actor) }));
export const POST = serve(startGenerationOperation, ({ actor, body }) => startGeneration(actor, body));
