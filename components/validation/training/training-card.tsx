import { useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { Training } from "@/lib/validation/training/schema";

/** How many training documents there are, and for owners how people did. Nothing where there is nothing to say or do. */
export function TrainingCard(props: { studyId: string; roundId: string; training: Training; mayChange: boolean }) {
  const t = useTranslations("validation.training");
  const { items, people, state } = props.training;
  const mayChange = props.mayChange && state !== "closed";
  if (items.length === 0 && !mayChange && !people?.length) return null;
  return (
    <Card
      title={t("title")}
      actions={
        mayChange ? (
          <ButtonLink href={`/studies/${props.studyId}/rounds/${props.roundId}/training`}>{t("edit")}</ButtonLink>
        ) : null
      }
    >
      <p className="text-muted">{items.length === 0 ? t("none") : t("count", { count: items.length })}</p>
      {people && people.length > 0 ? (
        <div className="mt-4">
          <Table
            caption={t("title")}
            head={
              <>
                <HeadCell>{t("person")}</HeadCell>
                <HeadCell number>{t("answered")}</HeadCell>
                <HeadCell number>{t("right")}</HeadCell>
              </>
            }
          >
            {people.map((person) => (
              <tr key={person.personId}>
                <Cell>{person.name}</Cell>
                <Cell number>{t("ofTotal", { count: person.answered, total: person.total })}</Cell>
                <Cell number>{t("ofTotal", { count: person.right, total: person.answered })}</Cell>
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
      {people && people.length === 0 && items.length > 0 && state === "open" ? (
        <p className="mt-2 text-muted">{t("nobodyYet")}</p>
      ) : null}
    </Card>
  );
}
