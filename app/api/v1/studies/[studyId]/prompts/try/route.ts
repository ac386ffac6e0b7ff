import { serve } from "@/app/api/serve";
import { tryPromptOperation } from "@/lib/labelling/api";
import { tryPrompt } from "@/lib/labelling/try-prompt";

export const POST = serve(tryPromptOperation, ({ actor, body }) => tryPrompt(actor, body));
