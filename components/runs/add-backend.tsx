"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { createBackendOperation } from "@/lib/compute/api";
import type { NewBackend } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";

export function AddBackend(props: { onAdded: () => void }) {
  const t = useTranslations("runs.backends");
  const form = useRef<HTMLFormElement>(null);
  const create = useMutation({
    mutationFn: (body: NewBackend) => call(createBackendOperation, { body }),
    onSuccess: () => {
      form.current?.reset();
      props.onAdded();
    },
  });
  return (
    <Card title={t("addTitle")}>
      <form
        ref={form}
        className="flex max-w-[72ch] flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const text = (name: string) => String(data.get(name) ?? "");
          const exchangeAddress = text("exchangeAddress").trim() || undefined;
          create.mutate({ name: text("name"), address: text("address"), token: text("token"), exchangeAddress });
        }}
      >
        <p className="text-muted">{t("needs")}</p>
        <Field label={t("name")}>
          <Input name="name" required maxLength={100} autoComplete="off" />
        </Field>
        <Field label={t("address")} hint={t("addressHint")}>
          <Input name="address" type="url" required autoComplete="off" placeholder="https://ray.example.org" />
        </Field>
        <Field label={t("token")} hint={t("tokenHint")}>
          <Input name="token" type="password" required minLength={8} autoComplete="new-password" />
        </Field>
        <Field label={t("exchange")} hint={t("exchangeHint")}>
          <Input
            name="exchangeAddress"
            maxLength={300}
            pattern="s3://.+"
            autoComplete="off"
            spellCheck={false}
            placeholder="s3://definemed/exchange"
          />
        </Field>
        <ProblemNotice error={create.error} />
        <Button type="submit" variant="primary" className="self-start" busy={create.isPending}>
          {t("add")}
        </Button>
      </form>
    </Card>
  );
}
