import { serve } from "@/app/api/serve";
import { listServerFilesOperation } from "@/lib/corpus/api";
import { listServerFiles } from "@/lib/corpus/import/locate-source";

export const GET = serve(listServerFilesOperation, () => listServerFiles());
