import { serve } from "@/app/api/serve";
import { startFilteringOperation } from "@/lib/classifiers/api";
import { startFiltering } from "@/lib/classifiers/start-filtering";

export const POST = serve(startFilteringOperation, ({ actor, body }) => startFiltering(actor, body));
