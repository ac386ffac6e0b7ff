import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/surface";
import type { ContestedItem } from "@/lib/validation/adjudication/schema";
import type { DecisionFlag } from "@/lib/validation/schema";

/** The decisions side by side, without names, in no order of persons. */
export function WhatWasDecided({ decisions }: { decisions: ContestedItem["decisions"] }) {
  const t = useTranslations("validation.adjudication");
  const labels = useTranslations("validation.labels");
  const flagNames = useTranslations("validation.flags");
  return (
    <section
      aria-label={t("decisions")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
      tabIndex={0}
      className="max-h-[30%] shrink-0 overflow-y-auto border-b border-line bg-sunken px-4 py-3 sm:px-8"
    >
      <div className="mx-auto max-w-[72ch]">
        <h2 className="mb-2 text-sm text-muted">{t("decisions")}</h2>
        <ul className="grid gap-2 sm:grid-cols-2">
          {decisions.map((decision, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: decisions have no identity here, on purpose
            <li key={index} className="min-w-0 rounded-base border border-line bg-surface px-3 py-2">
              <p className="flex flex-wrap items-center gap-2 font-semibold">
                {labels(decision.label)}
                {decision.flags.map((flag) => (
                  <Badge key={flag} tone="attention">
                    {flagNames(flag as DecisionFlag)}
                  </Badge>
                ))}
              </p>
              {decision.note ? (
                <p className="mt-1 break-words whitespace-pre-wrap">{t("note", { note: decision.note })}</p>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
