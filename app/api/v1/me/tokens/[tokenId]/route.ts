import { serve } from "@/app/api/serve";
import { revokeTokenOperation } from "@/lib/auth/api";
import { revokeToken } from "@/lib/auth/tokens";

export const DELETE = serve(revokeTokenOperation, ({ actor, params }) => revokeToken(actor, params.tokenId));
