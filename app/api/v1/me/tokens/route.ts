import { serve } from "@/app/api/serve";
import { createTokenOperation, listTokensOperation } from "@/lib/auth/api";
import { createToken, listTokens } from "@/lib/auth/tokens";

export const GET = serve(listTokensOperation, async ({ actor }) => ({ tokens: await listTokens(actor) }));
export const POST = serve(createTokenOperation, ({ actor, body }) => createToken(actor, body));
