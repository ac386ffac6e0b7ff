"use client";

import { useTranslations } from "next-intl";
import { Progress } from "@/components/ui/progress";
import { isOver } from "@/lib/compute/rules";
import type { RunListItem } from "@/lib/compute/schema";
import { useWord } from "./sentences";

/** How far a live run is, in its present phase; nothing for one that is over or has not begun. */
export function RunProgress({ run }: { run: RunListItem }) {
  const t = useTranslations("runs");
  const phase = useWord("phases");
  const unit = useWord("units");
  if (isOver(run.state) || run.progress.phase === "") return null;
  const { done, total, secondsLeft } = run.progress;
  return (
    <Progress
      label={phase(run.progress.phase) || t("progress")}
      done={done}
      total={total}
      unit={unit(run.progress.unit)}
      secondsLeft={secondsLeft}
    />
  );
}
