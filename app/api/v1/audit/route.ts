import { serve } from "@/app/api/serve";
import { listInstallationAuditOperation } from "@/lib/audit/api";
import { readEntries } from "@/lib/audit/read-entries";

export const GET = serve(listInstallationAuditOperation, ({ query }) => readEntries(null, query.before));
