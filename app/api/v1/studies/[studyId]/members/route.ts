import { serve } from "@/app/api/serve";
import { listMembersOperation } from "@/lib/studies/api";
import { listMembers } from "@/lib/studies/members";

export const GET = serve(listMembersOperation, ({ actor }) => listMembers(actor));
