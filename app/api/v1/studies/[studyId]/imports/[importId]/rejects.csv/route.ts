import { serve } from "@/app/api/serve";
import { downloadRejectsOperation } from "@/lib/corpus/api";
import { rejectsAsCsv } from "@/lib/corpus/import/read-rejects";

export const GET = serve(downloadRejectsOperation, async ({ actor, params, query }) => {
  const { fileName, csv } = await rejectsAsCsv(actor, params.importId, query);
  return new Response(csv, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
});
