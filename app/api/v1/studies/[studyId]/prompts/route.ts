import { serve } from "@/app/api/serve";
import { createPromptOperation, listPromptsOperation } from "@/lib/labelling/api";
import { createPrompt, listPrompts } from "@/lib/labelling/prompts";

export const GET = serve(listPromptsOperation, async ({ actor }) => ({ prompts: await listPrompts(actor) }));
export const POST = serve(createPromptOperation, ({ actor, body }) => createPrompt(actor, body));
