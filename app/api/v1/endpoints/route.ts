import { serve } from "@/app/api/serve";
import { createEndpointOperation, listEndpointsOperation } from "@/lib/labelling/api";
import { createEndpoint, listEndpoints } from "@/lib/labelling/endpoints";

export const GET = serve(listEndpointsOperation, async () => ({ endpoints: await listEndpoints() }));
export const POST = serve(createEndpointOperation, ({ actor, body }) => createEndpoint(actor, body));
