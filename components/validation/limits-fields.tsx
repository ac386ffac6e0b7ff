"use client";

import { useTranslations } from "next-intl";
import { Checkbox, Field, Input, Select } from "@/components/ui/field";
import type { ChangeRoundInput, RoundDetail } from "@/lib/validation/schema";

export type Limits = Required<Pick<ChangeRoundInput, "quota" | "deadline" | "stopRule">>;
type Labelling = { id: string; name: string };

export const limitsOf = (round?: RoundDetail): Limits => ({
  quota: round?.quota ?? null,
  deadline: round?.deadline ?? null,
  stopRule: round?.stopRule
    ? { halfWidth: round.stopRule.halfWidth, labellingRunId: round.stopRule.labellingRunId }
    : null,
});

const defaultHalfWidth = 0.05;

/** By when, how much of it by one person, and when it is enough. */
export function LimitsFields(props: {
  limits: Limits;
  /** labelling runs of the round's sample */
  labellings: Labelling[];
  /** nobody knows how the documents were chosen, so that there is no F1 to be known */
  convenience: boolean;
  onChange: (limits: Limits) => void;
}) {
  const t = useTranslations("validation.limits");
  const { limits, labellings, onChange } = props;
  const { stopRule } = limits;
  const [newest] = props.convenience ? [] : labellings;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label={t("deadline")} hint={t("deadlineHint")}>
        <Input
          type="date"
          value={limits.deadline ?? ""}
          onChange={(event) => onChange({ ...limits, deadline: event.target.value || null })}
        />
      </Field>
      <Field label={t("quota")} hint={t("quotaHint")}>
        <Input
          type="number"
          min={1}
          max={1_000_000}
          step={1}
          value={limits.quota ?? ""}
          onChange={(event) => {
            const quota = Math.floor(Number(event.target.value));
            onChange({ ...limits, quota: quota >= 1 ? Math.min(quota, 1_000_000) : null });
          }}
        />
      </Field>
      <div className="flex flex-col gap-3 sm:col-span-2">
        <Checkbox
          label={t("stop")}
          checked={stopRule !== null}
          disabled={!newest && stopRule === null}
          onChange={(event) =>
            onChange({
              ...limits,
              stopRule:
                event.target.checked && newest ? { halfWidth: defaultHalfWidth, labellingRunId: newest.id } : null,
            })
          }
        />
        <p className="text-sm text-muted">
          {t(props.convenience ? "stopNeedsDraw" : newest ? "stopHint" : "stopNeedsLabels")}
        </p>
        {stopRule ? (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("halfWidth")}>
              <Input
                type="number"
                min={0.005}
                max={0.5}
                step="any"
                required
                defaultValue={stopRule.halfWidth}
                onChange={(event) =>
                  onChange({ ...limits, stopRule: { ...stopRule, halfWidth: Number(event.target.value) } })
                }
              />
            </Field>
            <Field label={t("labelling")}>
              <Select
                value={stopRule.labellingRunId}
                onChange={(event) =>
                  onChange({ ...limits, stopRule: { ...stopRule, labellingRunId: event.target.value } })
                }
              >
                {labellings.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
        ) : null}
      </div>
    </div>
  );
}
