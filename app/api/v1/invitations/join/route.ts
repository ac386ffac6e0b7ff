import { serve } from "@/app/api/serve";
import { joinStudyOperation } from "@/lib/studies/api";
import { joinStudy } from "@/lib/studies/invitations";

export const POST = serve(joinStudyOperation, ({ actor, body }) => joinStudy(actor, body.token));
