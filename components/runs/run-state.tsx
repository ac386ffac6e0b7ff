"use client";

import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/surface";
import type { RunStateName } from "@/lib/compute/schema";

const tones = {
  queued: "neutral",
  running: "accent",
  succeeded: "done",
  failed: "danger",
  cancelled: "neutral",
} as const;

/** The state in words and colour. */
export function RunState(props: { state: RunStateName }) {
  const t = useTranslations("runs");
  return <Badge tone={tones[props.state]}>{t(`states.${props.state}`)}</Badge>;
}
