import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/surface";
import type { ComparisonState } from "@/lib/judging/schema";

const tones = { draft: "neutral", open: "accent", closed: "done" } as const;

export function ComparisonStateBadge({ state }: { state: ComparisonState }) {
  const t = useTranslations("judging.states");
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
