import { serve } from "@/app/api/serve";
import { createPromptSetOperation, listPromptSetsOperation } from "@/lib/generations/api";
import { createPromptSet, listPromptSets } from "@/lib/generations/prompt-sets";

export const GET = serve(listPromptSetsOperation, async ({ actor }) => ({ promptSets: await listPromptSets(actor) }));
export const POST = serve(createPromptSetOperation, ({ actor, body }) => createPromptSet(actor, body));
