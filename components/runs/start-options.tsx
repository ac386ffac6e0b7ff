"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Field, Select } from "@/components/ui/field";
import { estimateRunOperation } from "@/lib/compute/api";
import { estimateTogether } from "@/lib/compute/rules";
import { type EstimateInput, type StartOptions as Options, runPriorities } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { RunEstimate } from "./run-estimate";
import { useUsableBackends } from "./use-usable-backends";

type Described = Omit<EstimateInput, "backendId">;
/** What a form would start: a run, or several one after the other; null, or none: it is not filled in yet. */
type Describe = (form: FormData) => Described | readonly Described[] | null;

/** What of a start form is the same for every kind of run; for the body of its operation. */
export function startOptionsOfForm(form: FormData): Options {
  const backendId = String(form.get("backend") ?? "");
  const priority = runPriorities.find((each) => each === form.get("priority"));
  return { ...(backendId ? { backendId } : {}), ...(priority ? { priority } : {}) };
}

/**
 * Where runs are carried out, with what priority, and what they would need there together; asked for anew when their form
 * has come to rest.
 */
export function StartOptions(props: { studyId: string; describe: Describe }) {
  const t = useTranslations("runs");
  const place = useRef<HTMLDivElement>(null);
  const described = useDescribed(place, props.describe);
  const params = { studyId: props.studyId };
  const backends = useUsableBackends(props.studyId);
  const estimate = useQuery({
    queryKey: ["estimate", props.studyId, described],
    queryFn: async () => {
      const [first, ...others] = JSON.parse(described) as [EstimateInput, ...EstimateInput[]];
      const ask = (body: EstimateInput) => call(estimateRunOperation, { params, body });
      return {
        estimate: estimateTogether([await ask(first), ...(await Promise.all(others.map(ask)))]),
        runs: others.length + 1,
      };
    },
    enabled: described !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <div ref={place} className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        {(backends.data?.length ?? 0) > 1 ? (
          <Field label={t("estimate.backend")}>
            <Select name="backend">
              {backends.data?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
        ) : null}
        <Field label={t("priority")} hint={t("priorityHint")}>
          <Select name="priority" defaultValue="normal">
            {runPriorities.map((priority) => (
              <option key={priority} value={priority}>
                {t(`priorities.${priority}`)}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <div aria-live="polite" aria-busy={estimate.isFetching}>
        {estimate.data ? <RunEstimate {...estimate.data} /> : null}
      </div>
    </div>
  );
}

/** What the form says, as JSON, a moment after it last changed. */
function useDescribed(place: React.RefObject<HTMLDivElement | null>, describe: Describe): string {
  const [described, setDescribed] = useState("");
  const latest = useRef(describe);
  latest.current = describe;
  useEffect(() => {
    const form = place.current?.closest("form");
    if (!form) return;
    let timer = 0;
    const look = () => {
      const data = new FormData(form);
      const told = [form.checkValidity() ? latest.current(data) : null].flat().filter((each) => each !== null);
      if (told.length === 0) return;
      const { backendId } = startOptionsOfForm(data);
      setDescribed(JSON.stringify(told.map((each) => ({ ...each, ...(backendId ? { backendId } : {}) }))));
    };
    const settle = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(look, 350);
    };
    settle();
    form.addEventListener("input", settle);
    return () => {
      window.clearTimeout(timer);
      form.removeEventListener("input", settle);
    };
  }, [place]);
  return described;
}
