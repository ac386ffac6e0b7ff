import { serve } from "@/app/api/serve";
import { createBackendOperation, listBackendsOperation } from "@/lib/compute/api";
import { createBackend, listBackends } from "@/lib/compute/backends";

export const GET = serve(listBackendsOperation, async () => ({ backends: await listBackends() }));

export const POST = serve(createBackendOperation, ({ actor, body }) => createBackend(actor, body));
