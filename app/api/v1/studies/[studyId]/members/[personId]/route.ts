import { serve } from "@/app/api/serve";
import { changeMemberOperation, removeMemberOperation } from "@/lib/studies/api";
import { changeMember, removeMember } from "@/lib/studies/members";

export const PATCH = serve(changeMemberOperation, ({ actor, params, body }) =>
  changeMember(actor, params.personId, body.role),
);
export const DELETE = serve(removeMemberOperation, ({ actor, params }) => removeMember(actor, params.personId));
