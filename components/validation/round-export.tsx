import { useLocale, useTranslations } from "next-intl";
import { DownloadLink } from "@/components/ui/download-link";
import { Card, Notice } from "@/components/ui/surface";
import { addressOf } from "@/lib/platform/http/call";
import { exportRoundOperation } from "@/lib/validation/api";
import { exportFormats } from "@/lib/validation/export/schema";

/** A round's results as files, each with what it is good for. */
export function RoundExport(props: { studyId: string; roundId: string; interim: boolean; deciding: boolean }) {
  const t = useTranslations("export");
  const language = useLocale();
  const { studyId, roundId } = props;
  if (props.deciding) {
    return (
      <Card title={t("title")}>
        <p className="text-muted">{t("deciding")}</p>
      </Card>
    );
  }
  return (
    <Card title={t("title")}>
      <p className="max-w-[90ch] text-muted">{t("hint")}</p>
      {props.interim ? (
        <div className="mt-3">
          <Notice tone="attention">{t("interimHint")}</Notice>
        </div>
      ) : null}
      <ul className="mt-4 grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
        {exportFormats.map((format) => (
          <li key={format} className="flex min-w-0 flex-col items-start gap-1">
            <DownloadLink
              href={addressOf(exportRoundOperation, { studyId, roundId }, { format, language })}
              describedBy={`export-${format}`}
            >
              {t(`formats.${format}`)}
            </DownloadLink>
            <p id={`export-${format}`} className="text-sm text-muted">
              {t(`formatHints.${format}`)}
            </p>
          </li>
        ))}
      </ul>
      <p className="mt-4 text-sm text-muted">{t("audited")}</p>
    </Card>
  );
}
