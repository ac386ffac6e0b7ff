/** A file for the browser to save under that name. Its content is the caller's data, so it is never kept by caches. */
export function fileResponse(name: string, contentType: string, content: string): Response {
  return new Response(content, {
    headers: {
      "content-type": `${contentType}; charset=utf-8`,
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
