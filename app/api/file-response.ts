import { log } from "@/lib/platform/log";

/** A file for the browser to save under that name. Its content is the caller's data, so it is never kept by caches. */
export function fileResponse(name: string, contentType: string, content: string): Response {
  return new Response(content, { headers: headersOf(name, `${contentType}; charset=utf-8`) });
}

/**
 * The same for content that is made while it is sent: the next piece when the browser has taken the last, and none after
 * it has gone. What fails before the first piece is thrown; what fails later breaks the download off, so that half a
 * file is never taken for a whole one.
 */
export async function streamedFileResponse(
  name: string,
  contentType: string,
  content: AsyncIterable<string | Uint8Array>,
): Promise<Response> {
  const pieces = content[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let waiting: IteratorResult<string | Uint8Array> | null = await pieces.next();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = waiting ?? (await pieces.next());
          waiting = null;
          if (done) controller.close();
          else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
        } catch (error) {
          log().error({ file: name, error: error instanceof Error ? error.stack : error }, "download broke off");
          throw error;
        }
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: headersOf(name, contentType) });
}

/** RFC 6266: a name of plain letters for old programs, the real one for all others. */
function headersOf(name: string, contentType: string): Record<string, string> {
  const plain = name.replace(/[^\w. -]/g, "_");
  const full = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return {
    "content-type": contentType,
    "content-disposition": `attachment; filename="${plain}"${plain === name ? "" : `; filename*=UTF-8''${full}`}`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
}
