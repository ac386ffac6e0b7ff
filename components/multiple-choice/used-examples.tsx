import { useTranslations } from "next-intl";
import type { EvaluationSummary } from "@/lib/multiple-choice/schema";

/** Which questions stood before the others as examples, in their order. */
export function UsedExamples(props: { examples: NonNullable<EvaluationSummary["examples"]> }) {
  const t = useTranslations("evaluations");
  return (
    <section className="mt-6 flex flex-col gap-1 border-t border-line pt-4">
      <h3 className="text-lg font-semibold">{t("examples")}</h3>
      <p className="text-muted">{t("examplesFrom", { set: props.examples.questionSetName })}</p>
      <ul>
        {props.examples.used.map(({ subject, ids }) => (
          <li key={subject ?? ""} className="wrap-anywhere">
            {subject === null ? null : <span className="font-semibold">{subject}: </span>}
            {ids.join(", ")}
          </li>
        ))}
      </ul>
    </section>
  );
}
