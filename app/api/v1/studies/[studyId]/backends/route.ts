import { serve } from "@/app/api/serve";
import { listUsableBackendsOperation } from "@/lib/compute/api";
import { listUsableBackends } from "@/lib/compute/backends";

export const GET = serve(listUsableBackendsOperation, async () => ({ backends: await listUsableBackends() }));
