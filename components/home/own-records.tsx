import { useTranslations } from "next-intl";
import { Card } from "@/components/ui/surface";
import { OwnRecordFigures } from "@/components/validation/own-record/own-record";
import type { OwnRecord } from "@/lib/validation/own-record/schema";

/** Rounds in which the person's part is done, with what they learn of it; nobody else sees it here. */
export function OwnRecords({ records }: { records: OwnRecord[] }) {
  const t = useTranslations("validation.own");
  if (records.length === 0) return null;
  return (
    <Card title={t("title")}>
      <p className="mb-4 max-w-[72ch] text-sm text-muted">{t("hint")}</p>
      <ul className="flex flex-col gap-4">
        {records.map((record) => (
          <li key={record.roundId} className="flex flex-col gap-1">
            <span className="font-semibold">{record.name}</span>
            <p className="text-muted">{t("decided", { count: record.decided })}</p>
            <OwnRecordFigures record={record} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
