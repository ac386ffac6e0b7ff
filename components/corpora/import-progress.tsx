"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Progress } from "@/components/ui/progress";
import type { ImportView } from "@/lib/corpus/schema";

export function ImportProgress({ view }: { view: ImportView }) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return (
    <div className="flex flex-col gap-1">
      <Progress
        label={t("importing", { file: view.fileName })}
        done={megabytes(view.bytesRead)}
        total={megabytes(view.bytesTotal)}
        unit="MB"
        secondsLeft={view.secondsLeft}
      />
      <p className="tabular text-sm text-muted">
        {t("soFar", { documents: format.number(view.documents), rejected: format.number(view.rejected) })}
      </p>
    </div>
  );
}
