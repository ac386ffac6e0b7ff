import { serve } from "@/app/api/serve";
import { archiveBackendOperation, changeBackendOperation } from "@/lib/compute/api";
import { archiveBackend, changeBackend } from "@/lib/compute/backends";

export const PATCH = serve(changeBackendOperation, ({ actor, params, body }) =>
  changeBackend(actor, params.backendId, body),
);
export const DELETE = serve(archiveBackendOperation, ({ actor, params }) => archiveBackend(actor, params.backendId));
