"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { changeHighlightWordsOperation } from "@/lib/validation/api";
import { longestHighlightWord, mostHighlightWords } from "@/lib/validation/highlight/schema";

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** The study's list of words, one per line. */
export function HighlightWords(props: { studyId: string; words: string[] }) {
  const t = useTranslations("validation.highlight");
  const router = useRouter();
  const [stored, setStored] = useState(props.words);
  const [text, setText] = useState(props.words.join("\n"));
  const save = useMutation({
    mutationFn: (words: string[]) =>
      call(changeHighlightWordsOperation, { params: { studyId: props.studyId }, body: { words, before: stored } }),
    onSuccess: ({ words }) => {
      setStored(words);
      setText(words.join("\n"));
      router.refresh();
    },
  });
  const lines = linesOf(text);
  const tooLong = lines.find((line) => line.length > longestHighlightWord);
  const wrong =
    lines.length > mostHighlightWords
      ? t("tooMany", { count: lines.length, most: mostHighlightWords })
      : tooLong
        ? t("tooLong", { word: tooLong.slice(0, 30), most: longestHighlightWord })
        : null;
  const changed = lines.join("\n") !== stored.join("\n");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wrong) save.mutate(lines);
  };
  return (
    <Card title={t("title")}>
      <form onSubmit={submit} className="flex max-w-[72ch] flex-col gap-4">
        <p className="text-muted">{t("hint")}</p>
        <Field label={t("words")} hint={t("wordsHint", { most: mostHighlightWords })} error={wrong}>
          <Textarea
            rows={Math.min(12, Math.max(4, lines.length + 1))}
            lang="de"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              if (!save.isPending) save.reset();
            }}
          />
        </Field>
        <ProblemNotice error={save.error} />
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" busy={save.isPending} disabled={!changed || wrong !== null}>
            {t("save")}
          </Button>
          <p role="status" className="text-sm text-muted">
            {save.isSuccess ? t("saved") : t("count", { count: lines.length })}
          </p>
        </div>
      </form>
    </Card>
  );
}
