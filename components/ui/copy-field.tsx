"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "./button";
import { Field, Input } from "./field";

/** A value to copy: a link, a token. */
export function CopyField(props: { label: string; value: string; hint?: string }) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <Field label={props.label} hint={props.hint}>
          <Input readOnly value={props.value} onFocus={(event) => event.target.select()} className="font-mono" />
        </Field>
      </div>
      <Button
        // Beside the field, below the height of its label.
        className="mt-[calc(1lh+0.25rem)]"
        onClick={async () => {
          await navigator.clipboard.writeText(props.value);
          setCopied(true);
        }}
      >
        {copied ? t("copied") : t("copy")}
      </Button>
    </div>
  );
}
