import { serve } from "@/app/api/serve";
import { changeShowPaceOperation, readShowPaceOperation } from "@/lib/validation/api";
import { changeShowPace, readShowPace } from "@/lib/validation/pace/show-pace";

export const GET = serve(readShowPaceOperation, ({ actor }) => readShowPace(actor));
export const PUT = serve(changeShowPaceOperation, ({ actor, body }) => changeShowPace(actor, body));
