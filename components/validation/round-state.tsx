import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/surface";
import type { RoundState } from "@/lib/validation/schema";

const tones = { draft: "neutral", open: "accent", closed: "done" } as const;

export function RoundStateBadge({ state }: { state: RoundState }) {
  const t = useTranslations("validation.states");
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
