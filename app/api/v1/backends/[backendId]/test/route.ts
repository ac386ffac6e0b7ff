import { serve } from "@/app/api/serve";
import { testBackendOperation } from "@/lib/compute/api";
import { testBackend } from "@/lib/compute/test-backend";

export const POST = serve(testBackendOperation, ({ params }) => testBackend(params.backendId));
