import { serve } from "@/app/api/serve";
import { acceptInvitationOperation } from "@/lib/studies/api";
import { acceptInvitation } from "@/lib/studies/invitations";

export const POST = serve(acceptInvitationOperation, ({ body }) => acceptInvitation(body));
