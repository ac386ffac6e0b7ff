import { uploadOperation } from "@/lib/corpus/api";
import { addressOf, CallError } from "@/lib/platform/http/call";
import type { ProblemDetails } from "@/lib/platform/http/problem-details";

export type Uploaded = { uploadId: string; fileName: string; bytes: number };

/** Sends a file as it is. XMLHttpRequest, because fetch tells nothing of how much has been sent. Throws CallError. */
export function uploadFile(studyId: string, file: File, onSent: (bytes: number) => void): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", addressOf(uploadOperation, { studyId }, { fileName: file.name }));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onerror = () => reject(new CallError(0, null));
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Uploaded);
      else reject(new CallError(request.status, request.response as ProblemDetails | null));
    };
    request.send(file);
  });
}
