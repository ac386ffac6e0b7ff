import { serve } from "@/app/api/serve";
import { createStudyOperation, listStudiesOperation } from "@/lib/studies/api";
import { createStudy } from "@/lib/studies/create-study";
import { listStudies } from "@/lib/studies/list-studies";

export const GET = serve(listStudiesOperation, async ({ actor }) => ({ studies: await listStudies(actor) }));
export const POST = serve(createStudyOperation, ({ actor, body }) => createStudy(actor, body));
