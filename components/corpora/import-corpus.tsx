"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { previewImportOperation, startImportOperation } from "@/lib/corpus/api";
import type { ColumnMapping, ImportPreview, ImportSource } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { ColumnsForm } from "./columns-form";
import { uploadFile } from "./upload";
import { UploadProgress } from "./upload-progress";

type Ready = { source: ImportSource; preview: ImportPreview };

/** First the file, then which of its columns is what, shown on its first lines; then it is read. */
export function ImportCorpus(props: { studyId: string; importRoots: string[] }) {
  const t = useTranslations("corpora");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [sent, setSent] = useState<{ bytes: number; total: number } | null>(null);
  const [ready, setReady] = useState<Ready | null>(null);
  const params = { studyId: props.studyId };
  const look = async (source: ImportSource) => ({
    source,
    preview: await call(previewImportOperation, { params, body: { source } }),
  });
  const upload = useMutation({
    mutationFn: async (file: File) => {
      setSent({ bytes: 0, total: file.size });
      const { uploadId } = await uploadFile(props.studyId, file, (bytes) => setSent({ bytes, total: file.size }));
      return look({ kind: "upload", uploadId });
    },
    onSuccess: setReady,
    onSettled: () => setSent(null),
  });
  const byPath = useMutation({ mutationFn: (path: string) => look({ kind: "path", path }), onSuccess: setReady });
  const start = useMutation({
    mutationFn: (input: { name: string; columns: ColumnMapping }) => {
      if (!ready) throw new Error("the form is shown with a file only");
      return call(startImportOperation, { params, body: { ...input, source: ready.source } });
    },
    onSuccess: ({ corpusId }) => router.push(`/studies/${props.studyId}/corpora/${corpusId}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("import")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={(value) => {
          setOpen(value);
          setReady(null);
        }}
        title={t("import")}
      >
        {ready ? (
          <ColumnsForm
            preview={ready.preview}
            busy={start.isPending}
            error={start.error}
            onStart={start.mutate}
            onBack={() => setReady(null)}
          />
        ) : (
          <div className="flex flex-col gap-6">
            <Field label={t("file")} hint={t("fileHint")}>
              <Input
                type="file"
                accept=".jsonl,.gz,.parquet,.json"
                className="py-1"
                disabled={upload.isPending}
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  if (file) upload.mutate(file);
                }}
              />
            </Field>
            <UploadProgress label={t("uploading")} sent={sent} />
            <ProblemNotice error={upload.error} />
            {props.importRoots.length > 0 ? (
              <form
                className="flex flex-col gap-3 border-t border-line pt-4"
                onSubmit={(event) => {
                  event.preventDefault();
                  byPath.mutate(String(new FormData(event.currentTarget).get("path")));
                }}
              >
                <Field label={t("serverPath")} hint={t("serverPathHint", { roots: props.importRoots.join(", ") })}>
                  <Input name="path" required className="font-mono" />
                </Field>
                <ProblemNotice error={byPath.error} />
                <Button type="submit" busy={byPath.isPending} className="self-start">
                  {t("look")}
                </Button>
              </form>
            ) : null}
          </div>
        )}
      </Dialog>
    </>
  );
}
