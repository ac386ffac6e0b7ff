"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { uploadFile } from "@/components/corpora/upload";
import { UploadProgress } from "@/components/corpora/upload-progress";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import type { AnnotationPreview } from "@/lib/validation/annotations/schema";
import { previewAnnotationsOperation, startAnnotationImportOperation } from "@/lib/validation/api";
import { MappingForm } from "./mapping-form";

/** First the file, then what its labels mean; then it is imported. */
export function ImportAnnotations(props: { studyId: string }) {
  const t = useTranslations("annotations");
  const router = useRouter();
  const [sent, setSent] = useState<{ bytes: number; total: number } | null>(null);
  const [ready, setReady] = useState<{ uploadId: string; preview: AnnotationPreview } | null>(null);
  const params = { studyId: props.studyId };
  const look = useMutation({
    mutationFn: async (file: File) => {
      setSent({ bytes: 0, total: file.size });
      const { uploadId } = await uploadFile(props.studyId, file, (bytes) => setSent({ bytes, total: file.size }));
      setSent(null);
      return { uploadId, preview: await call(previewAnnotationsOperation, { params, body: { uploadId } }) };
    },
    onSuccess: setReady,
    onSettled: () => setSent(null),
  });
  const start = useMutation({
    mutationFn: (input: {
      name: string;
      mapping: Parameters<Parameters<typeof MappingForm>[0]["onStart"]>[0]["mapping"];
    }) => {
      if (!ready) throw new Error("the form is shown with a file only");
      return call(startAnnotationImportOperation, { params, body: { ...input, uploadId: ready.uploadId } });
    },
    onSuccess: ({ importId }) => router.push(`/studies/${props.studyId}/rounds/import/${importId}`),
  });
  if (ready) {
    return (
      <MappingForm
        key={ready.uploadId}
        preview={ready.preview}
        busy={start.isPending || start.isSuccess}
        error={start.error}
        onStart={start.mutate}
        onBack={() => {
          start.reset();
          look.reset();
          setReady(null);
        }}
      />
    );
  }
  return (
    <Card>
      <div className="flex max-w-xl flex-col gap-4">
        <Field label={t("file")} hint={t("fileHint")}>
          <Input
            type="file"
            accept=".json,.jsonl,.ndjson,.csv,.tsv,.txt"
            className="py-1"
            disabled={look.isPending}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) look.mutate(file);
            }}
          />
        </Field>
        <UploadProgress label={t("uploading")} sent={sent} />
        <p role="status">{look.isPending && !sent ? t("reading") : null}</p>
        <ProblemNotice error={look.error} />
      </div>
    </Card>
  );
}
