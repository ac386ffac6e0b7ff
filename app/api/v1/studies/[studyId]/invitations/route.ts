import { serve } from "@/app/api/serve";
import { inviteOperation } from "@/lib/studies/api";
import { invite } from "@/lib/studies/invitations";

export const POST = serve(inviteOperation, ({ actor, body }) => invite(actor, body));
