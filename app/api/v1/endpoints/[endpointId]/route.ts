import { serve } from "@/app/api/serve";
import { archiveEndpointOperation } from "@/lib/labelling/api";
import { archiveEndpoint } from "@/lib/labelling/endpoints";

export const DELETE = serve(archiveEndpointOperation, ({ actor, params }) => archiveEndpoint(actor, params.endpointId));
