"use client";

import { useTranslations } from "next-intl";
import { Checkbox } from "@/components/ui/field";
import { Badge } from "@/components/ui/surface";
import type { RoundOptions } from "@/lib/validation/schema";

/** Who takes part. `fixed`: people who are in already and stay. */
export function PeopleField(props: {
  people: RoundOptions["people"];
  chosen: string[];
  fixed?: string[];
  onChange: (personIds: string[]) => void;
}) {
  const t = useTranslations("validation.form");
  const roles = useTranslations("studies.roles");
  const common = useTranslations("common");
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 text-muted">{t("peopleHint")}</legend>
      {props.people.map(({ personId, name, role, simulated }) => (
        <Checkbox
          key={personId}
          checked={props.chosen.includes(personId)}
          disabled={props.fixed?.includes(personId)}
          onChange={(event) =>
            props.onChange(
              event.target.checked ? [...props.chosen, personId] : props.chosen.filter((id) => id !== personId),
            )
          }
          label={
            <>
              {name} <span className="text-muted">· {roles(role)}</span>{" "}
              {simulated ? <Badge tone="attention">{common("simulated")}</Badge> : null}
            </>
          }
        />
      ))}
    </fieldset>
  );
}
