import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** More than any answer of Ray's that we ask for, but a job's log can be long. */
const largestAnswerBytes = 32 * 1024 * 1024;

export type HttpAnswer = { status: number; text: string };

/**
 * A plain HTTP request. Not by `fetch`: it marks its requests as a browser's (sec-fetch-mode), and Ray refuses every
 * write that looks like one. Redirects are not followed: the address was checked, another one was not.
 */
export function askHttp(
  address: URL,
  options: { method: "GET" | "POST"; headers: Record<string, string>; body?: string; timeoutMs: number },
): Promise<HttpAnswer> {
  const request = address.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    const outgoing = request(address, { method: options.method, headers: options.headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > largestAnswerBytes) outgoing.destroy(new Error("the answer is too large"));
        chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    outgoing.on("error", (error) => reject(signal.aborted ? new Error("no answer in time") : error));
    outgoing.end(options.body);
  });
}
