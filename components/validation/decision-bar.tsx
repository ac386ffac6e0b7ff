"use client";

import { useTranslations } from "next-intl";
import { buttonClass } from "@/components/ui/button";
import type { DecisionLabel } from "@/lib/validation/schema";

const choices = [
  { label: "non_medical", key: "N", variant: "secondary" },
  { label: "unsure", key: "U", variant: "secondary" },
  { label: "medical", key: "M", variant: "primary" },
] as const;

/** The three answers within reach of a thumb; the key stands on each. */
export function DecisionBar(props: {
  onDecide: (label: DecisionLabel) => void;
  /** other words for "unsure" */
  unsure?: string;
}) {
  const t = useTranslations("validation.labels");
  return (
    <div className="grid grid-cols-3 gap-2 sm:gap-3">
      {choices.map(({ label, key, variant }) => (
        <button
          key={label}
          type="button"
          aria-keyshortcuts={key}
          onClick={() => props.onDecide(label)}
          className={`${buttonClass(variant, "large")} h-14! min-w-0 shrink! leading-tight whitespace-normal!`}
        >
          <kbd
            aria-hidden
            className="rounded-base border border-current px-1 font-sans text-xs opacity-80 pointer-coarse:hidden max-sm:hidden"
          >
            {key}
          </kbd>
          {label === "unsure" && props.unsure ? props.unsure : t(label)}
        </button>
      ))}
    </div>
  );
}
