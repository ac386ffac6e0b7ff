import { useFormatter, useTranslations } from "next-intl";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { type AnnotationPreview, annotationRejectCodes } from "@/lib/validation/annotations/schema";

/** What of a file is not taken in: how much for which reason, and the first of it by number. */
export function LeftOut(
  props: Pick<AnnotationPreview, "rejectedByCode" | "rejectedLines"> & { title: (count: number) => string },
) {
  const t = useTranslations("annotations");
  const format = useFormatter();
  const codes = annotationRejectCodes.filter((code) => props.rejectedByCode[code]);
  const total = codes.reduce((sum, code) => sum + (props.rejectedByCode[code] ?? 0), 0);
  if (total === 0) return null;
  const title = props.title(total);
  return (
    <Card title={title}>
      <ul className="flex flex-wrap gap-x-6 gap-y-1">
        {codes.map((code) => (
          <li key={code}>
            <span className="tabular font-semibold">{format.number(props.rejectedByCode[code] ?? 0)}</span>{" "}
            {t(`rejectCodes.${code}`)}
          </li>
        ))}
      </ul>
      <p className="mt-3 mb-3 text-sm text-muted">{t("lineHint", { shown: props.rejectedLines.length })}</p>
      <div className="max-h-96 overflow-y-auto">
        <Table
          caption={title}
          head={
            <>
              <HeadCell number>{t("line")}</HeadCell>
              <HeadCell>{t("reason")}</HeadCell>
              <HeadCell>{t("beginning")}</HeadCell>
            </>
          }
        >
          {props.rejectedLines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a task can have several annotations left out; the list never changes
            <tr key={index}>
              <Cell number>{format.number(line.line)}</Cell>
              <Cell>{t(`rejectCodes.${line.code}`)}</Cell>
              <Cell className="max-w-xl text-sm wrap-anywhere text-muted">{line.excerpt}</Cell>
            </tr>
          ))}
        </Table>
      </div>
    </Card>
  );
}
