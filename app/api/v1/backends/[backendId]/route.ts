import { serve } from "@/app/api/serve";
import { archiveBackendOperation } from "@/lib/compute/api";
import { archiveBackend } from "@/lib/compute/backends";

export const DELETE = serve(archiveBackendOperation, ({ actor, params }) => archiveBackend(actor, params.backendId));
