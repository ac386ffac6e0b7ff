import { useFormatter, useTranslations } from "next-intl";
import { Figure } from "@/components/ui/figure";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { Consistency } from "@/lib/validation/quality/schema";

/** How often each person decided the same on a document that came to them, hidden, a second time. */
export function ConsistencyTable({ consistency }: { consistency: Consistency }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  return (
    <Table
      caption={t("consistency")}
      head={
        <>
          <HeadCell>{t("person")}</HeadCell>
          <HeadCell number>{t("repeats")}</HeadCell>
          <HeadCell number>{t("decidedTheSame")}</HeadCell>
        </>
      }
    >
      {consistency.map(({ person, repeats, share }) => (
        <tr key={person}>
          <Cell>{person}</Cell>
          <Cell number>{format.number(repeats)}</Cell>
          <Cell number>
            <Figure estimate={share} percent />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
