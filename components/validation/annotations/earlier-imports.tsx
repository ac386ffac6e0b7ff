import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Badge, Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { AnnotationImportView } from "@/lib/validation/annotations/schema";

const tones = {
  queued: "neutral",
  running: "accent",
  succeeded: "done",
  failed: "danger",
  cancelled: "neutral",
} as const;

export function EarlierImports(props: { studyId: string; imports: AnnotationImportView[] }) {
  const t = useTranslations("annotations");
  const format = useFormatter();
  if (props.imports.length === 0) return null;
  return (
    <Card title={t("earlier")}>
      <Table
        caption={t("earlier")}
        head={
          <>
            <HeadCell>{t("name")}</HeadCell>
            <HeadCell>{t("file")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell>{t("created")}</HeadCell>
          </>
        }
      >
        {props.imports.map((one) => (
          <tr key={one.id}>
            <Cell>
              <Link
                className="font-semibold wrap-anywhere text-accent hover:underline"
                href={`/studies/${props.studyId}/rounds/import/${one.id}`}
              >
                {one.name}
              </Link>
            </Cell>
            <Cell className="wrap-anywhere">{one.fileName}</Cell>
            <Cell>
              <Badge tone={tones[one.state]}>{t(`states.${one.state}`)}</Badge>
            </Cell>
            <Cell className="whitespace-nowrap">
              {format.dateTime(new Date(one.createdAt), { dateStyle: "medium", timeStyle: "short" })}
            </Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
