import { serve } from "@/app/api/serve";
import { listAuditOperation } from "@/lib/studies/api";
import { listAudit } from "@/lib/studies/list-audit";

export const GET = serve(listAuditOperation, ({ actor, query }) => listAudit(actor, query.before));
