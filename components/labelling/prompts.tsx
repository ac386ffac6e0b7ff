"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Select, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { createPromptOperation } from "@/lib/labelling/api";
import type { EndpointSummary, PromptSummary } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";
import type { DrawOption } from "./start-labelling";
import { TryPrompt } from "./try-prompt";

/** Versions to read, and an editor for the next one, with a try-out before it is saved. */
export function Prompts(props: {
  studyId: string;
  prompts: PromptSummary[];
  endpoints: EndpointSummary[];
  draws: DrawOption[];
  mayChange: boolean;
}) {
  const t = useTranslations("labelling");
  const router = useRouter();
  const [shownId, setShownId] = useState(props.prompts[0]?.id);
  const [draft, setDraft] = useState<string | null>(null);
  const shown = props.prompts.find(({ id }) => id === shownId) ?? props.prompts[0];
  const create = useMutation({
    mutationFn: (body: { language: "de" | "en"; text: string; note: string }) =>
      call(createPromptOperation, { params: { studyId: props.studyId }, body }),
    onSuccess: ({ id }) => {
      setDraft(null);
      setShownId(id);
      router.refresh();
    },
  });
  if (!shown) return null;
  return (
    <Card
      title={t("prompts")}
      actions={
        <>
          <Select
            aria-label={t("prompt")}
            className="w-auto"
            value={shown.id}
            onChange={(event) => setShownId(event.target.value)}
          >
            {props.prompts.map((prompt) => (
              <option key={prompt.id} value={prompt.id}>
                {t("promptName", { language: t(`languages.${prompt.language}`), version: prompt.version })}
              </option>
            ))}
          </Select>
          {props.mayChange && draft === null ? (
            <Button onClick={() => setDraft(shown.text)}>{t("newVersion")}</Button>
          ) : null}
        </>
      }
    >
      {draft === null ? (
        <>
          {shown.note ? <p className="mb-2 text-muted">{shown.note}</p> : null}
          <pre className="max-w-[90ch] font-sans whitespace-pre-wrap wrap-anywhere">{shown.text}</pre>
        </>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const note = String(new FormData(event.currentTarget).get("note"));
            create.mutate({ language: shown.language, text: draft, note });
          }}
        >
          <Field label={t("promptText")} hint={t("promptHint")}>
            <Textarea rows={16} value={draft} onChange={(event) => setDraft(event.target.value)} required />
          </Field>
          <Field label={t("note")}>
            <Input name="note" maxLength={500} />
          </Field>
          <ProblemNotice error={create.error} />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" variant="primary" busy={create.isPending}>
              {t("saveVersion")}
            </Button>
            <Button onClick={() => setDraft(null)}>{t("discard")}</Button>
          </div>
          <TryPrompt studyId={props.studyId} text={draft} endpoints={props.endpoints} draws={props.draws} />
        </form>
      )}
    </Card>
  );
}
