"use client";

import { useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { Field, Input, Select } from "@/components/ui/field";
import { runStates } from "@/lib/compute/schema";
import { runKinds } from "@/lib/compute/specs/index";

const parsers = {
  state: parseAsString.withDefault(""),
  kind: parseAsString.withDefault(""),
  search: parseAsString.withDefault(""),
};

/** The filters as they stand in the address, so that a view can be shared and the way back leads there. */
export function useRunFilters() {
  const [filters, change] = useQueryStates(parsers, { throttleMs: 200 });
  return { filters, change, clear: () => change({ state: null, kind: null, search: null }) };
}

export function RunFilters() {
  const t = useTranslations("runs");
  const { filters, change } = useRunFilters();
  return (
    <search className="grid gap-3 sm:grid-cols-3">
      <Field label={t("search")}>
        <Input
          type="search"
          value={filters.search}
          placeholder={t("searchPlaceholder")}
          onChange={(event) => change({ search: event.target.value || null })}
        />
      </Field>
      <Field label={t("state")}>
        <Select value={filters.state} onChange={(event) => change({ state: event.target.value || null })}>
          <option value="">{t("allStates")}</option>
          {runStates.map((state) => (
            <option key={state} value={state}>
              {t(`states.${state}`)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("kind")}>
        <Select value={filters.kind} onChange={(event) => change({ kind: event.target.value || null })}>
          <option value="">{t("allKinds")}</option>
          {runKinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`kinds.${kind}`)}
            </option>
          ))}
        </Select>
      </Field>
    </search>
  );
}
