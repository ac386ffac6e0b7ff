import { serve } from "@/app/api/serve";
import { listCorporaOperation } from "@/lib/corpus/api";
import { listCorpora } from "@/lib/corpus/read-corpora";

export const GET = serve(listCorporaOperation, async ({ actor }) => ({ corpora: await listCorpora(actor) }));
