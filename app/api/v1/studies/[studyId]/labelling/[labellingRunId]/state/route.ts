import { serve } from "@/app/api/serve";
import { changeLabellingOperation } from "@/lib/labelling/api";
import { changeLabelling } from "@/lib/labelling/change-labelling";

export const POST = serve(changeLabellingOperation, ({ actor, params, body }) =>
  changeLabelling(actor, params.labellingRunId, body.move),
);
