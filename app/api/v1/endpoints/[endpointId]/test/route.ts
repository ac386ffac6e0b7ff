import { serve } from "@/app/api/serve";
import { testEndpointOperation } from "@/lib/labelling/api";
import { testEndpoint } from "@/lib/labelling/endpoints";

export const POST = serve(testEndpointOperation, ({ params }) => testEndpoint(params.endpointId));
