"use client";

import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/surface";
import type { RunView } from "@/lib/compute/schema";
import { presets } from "@/lib/compute/specs/index";
import { useWord } from "./sentences";

/** The spec as a table to read, or as the JSON that the API takes. */
export function RunSettings({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  const [asJson, setAsJson] = useState(false);
  const spec = { kind: run.kind, name: run.name, ...run.spec };
  return (
    <Card
      title={t("settings")}
      actions={
        <Button size="small" onClick={() => setAsJson(!asJson)}>
          {asJson ? t("hideJson") : t("showJson")}
        </Button>
      }
    >
      {asJson ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        <pre className="max-h-[32rem] overflow-auto rounded-base bg-sunken p-3 text-sm" tabIndex={0}>
          {JSON.stringify(spec, null, 2)}
        </pre>
      ) : (
        <SettingsTable run={run} />
      )}
    </Card>
  );
}

function SettingsTable({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  const role = useWord("roles");
  const parameter = useWord("parameters");
  const { inputs, parameters, resources } = run.spec;
  // The database keeps no order of fields; the preset has the schema's.
  const names = Object.keys(presets[run.kind].paper);
  const rows: [string, unknown][] = [
    ...names.map((name): [string, unknown] => [name, parameters[name]]),
    ...Object.entries(resources),
    ["seed", run.seed],
  ];
  return (
    <dl className="grid gap-x-6 gap-y-2 md:grid-cols-2">
      {Object.entries(inputs).map(([name, { address }]) => (
        <Setting key={`input:${name}`} label={role(name)}>
          <code className="text-sm wrap-anywhere">{address}</code>
        </Setting>
      ))}
      {rows.map(([name, value]) => (
        <Setting key={name} label={name === "seed" ? t("seed") : parameter(name)}>
          <Value value={value} />
        </Setting>
      ))}
      <Setting label={t("specHash")} wide>
        <code className="text-sm wrap-anywhere">{run.specHash}</code>
      </Setting>
    </dl>
  );
}

function Setting(props: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div
      className={`flex flex-wrap justify-between gap-x-4 border-b border-line pb-1 ${props.wide ? "md:col-span-2" : ""}`}
    >
      <dt className="text-muted">{props.label}</dt>
      <dd className="tabular min-w-0 text-right">{props.children}</dd>
    </div>
  );
}

function Value({ value }: { value: unknown }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  // Runs of old lack what came later.
  if (value === undefined || value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") {
    const small = value !== 0 && Math.abs(value) < 1e-3;
    return format.number(value, { maximumSignificantDigits: 6, notation: small ? "scientific" : "standard" });
  }
  if (typeof value === "string") return <span className="wrap-anywhere">{value}</span>;
  return <code className="text-sm wrap-anywhere">{JSON.stringify(value)}</code>;
}
