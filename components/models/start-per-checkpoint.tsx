"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { StartOptions } from "@/components/runs/start-options";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import type { EstimateInput } from "@/lib/compute/schema";
import type { CheckpointSummary } from "@/lib/models/schema";

/** One run a chosen checkpoint. What has been started is unticked, so that another try starts only the rest. */
export function StartPerCheckpoint(props: {
  title: string;
  checkpoints: CheckpointSummary[];
  start: (checkpointId: string, form: FormData) => Promise<unknown>;
  studyId: string;
  /** for the estimate, of a chosen checkpoint */
  describe: (checkpointId: string, form: FormData) => Omit<EstimateInput, "backendId">;
  /** the fields that stand before and after the choice of checkpoints */
  before: ReactNode;
  after: ReactNode;
}) {
  const t = useTranslations("checkpoints");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const start = useMutation({
    mutationFn: async (form: FormData) => {
      for (const checkpointId of chosen) {
        await props.start(checkpointId, form);
        setChosen((before) => before.filter((id) => id !== checkpointId));
      }
    },
    onSuccess: () => setOpen(false),
    onSettled: () => router.refresh(),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {props.title}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={props.title}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(new FormData(event.currentTarget));
          }}
        >
          {props.before}
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 font-semibold">{t("choose")}</legend>
            {props.checkpoints.map(({ id, name }) => (
              <Checkbox
                key={id}
                checked={chosen.includes(id)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, id] : chosen.filter((other) => other !== id))
                }
                label={name}
              />
            ))}
          </fieldset>
          {props.after}
          <StartOptions
            studyId={props.studyId}
            describe={(form) => chosen.map((checkpointId) => props.describe(checkpointId, form))}
          />
          <ProblemNotice error={start.error} />
          <Button
            type="submit"
            variant="primary"
            busy={start.isPending}
            disabled={chosen.length === 0}
            className="self-start"
          >
            {t("startCount", { count: chosen.length })}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
