import { createUploadOperation, receiveUploadOperation } from "@/lib/corpus/api";
import { addressOf, CallError, call } from "@/lib/platform/http/call";
import type { ProblemDetails } from "@/lib/platform/http/problem-details";

/** Small enough that a part arrives within the server's time limit for a request, also over a slow line. */
const partBytes = 16 * 1024 * 1024;
const attempts = 4;

/** Sends a file in parts; a part that broke off is sent again. Throws CallError. */
export async function uploadFile(
  studyId: string,
  file: File,
  onSent: (bytes: number) => void,
): Promise<{ uploadId: string }> {
  const body = { fileName: file.name.slice(-255), bytes: file.size };
  const { uploadId } = await call(createUploadOperation, { params: { studyId }, body });
  for (let offset = 0; offset < file.size; offset += partBytes) {
    const address = addressOf(receiveUploadOperation, { studyId, uploadId }, { offset });
    await sendPart(address, file.slice(offset, offset + partBytes), (bytes) => onSent(offset + bytes));
  }
  return { uploadId };
}

async function sendPart(address: string, part: Blob, onSent: (bytes: number) => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(address, part, onSent);
    } catch (error) {
      const worthAgain = error instanceof CallError && (error.status === 0 || error.status >= 500);
      if (!worthAgain || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
    }
  }
}

/** XMLHttpRequest, because fetch tells nothing of how much has been sent. */
function put(address: string, part: Blob, onSent: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", address);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onerror = () => reject(new CallError(0, null));
    request.onload = () => {
      if (request.status === 200) resolve();
      else reject(new CallError(request.status, request.response as ProblemDetails | null));
    };
    request.send(part);
  });
}
