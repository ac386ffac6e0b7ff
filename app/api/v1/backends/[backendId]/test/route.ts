import { serve } from "@/app/api/serve";
import { testBackendOperation } from "@/lib/compute/api";
import { testBackend } from "@/lib/compute/checks/test-backend";

export const POST = serve(testBackendOperation, ({ actor, params }) => testBackend(actor, params.backendId));
