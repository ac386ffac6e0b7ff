import { serve } from "@/app/api/serve";
import { deactivatePersonOperation } from "@/lib/auth/api";
import { deactivatePerson } from "@/lib/auth/people";

export const POST = serve(deactivatePersonOperation, ({ actor, params }) => deactivatePerson(actor, params.personId));
