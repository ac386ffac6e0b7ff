import { serve } from "@/app/api/serve";
import { changePersonOperation } from "@/lib/auth/api";
import { changePerson } from "@/lib/auth/people";

export const PATCH = serve(changePersonOperation, ({ actor, params, body }) =>
  changePerson(actor, params.personId, body),
);
