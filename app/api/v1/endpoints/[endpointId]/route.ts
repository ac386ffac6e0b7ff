import { serve } from "@/app/api/serve";
import { archiveEndpointOperation, changeEndpointOperation } from "@/lib/labelling/api";
import { archiveEndpoint, changeEndpoint } from "@/lib/labelling/endpoints";

export const PATCH = serve(changeEndpointOperation, ({ actor, params, body }) =>
  changeEndpoint(actor, params.endpointId, body),
);
export const DELETE = serve(archiveEndpointOperation, ({ actor, params }) => archiveEndpoint(actor, params.endpointId));
