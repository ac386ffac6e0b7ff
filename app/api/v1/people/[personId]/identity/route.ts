import { serve } from "@/app/api/serve";
import { untieIdentityOperation } from "@/lib/auth/api";
import { untieIdentity } from "@/lib/auth/external-identity";

export const DELETE = serve(untieIdentityOperation, ({ actor, params }) => untieIdentity(actor, params.personId));
