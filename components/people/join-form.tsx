"use client";

import { useMutation } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { minimumPasswordLength } from "@/lib/auth/schema";
import { call } from "@/lib/platform/http/call";
import { acceptInvitationOperation } from "@/lib/studies/api";

export function JoinForm(props: { token: string; email: string }) {
  const t = useTranslations("people");
  const accept = useMutation({
    mutationFn: async (body: { token: string; name: string; password: string }) => {
      await call(acceptInvitationOperation, { body });
      await signIn("credentials", { redirect: false, email: props.email, password: body.password });
    },
    onSuccess: () => window.location.assign("/"),
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        accept.mutate({ token: props.token, name: String(form.get("name")), password: String(form.get("password")) });
      }}
    >
      <Field label={t("yourName")}>
        <Input name="name" required maxLength={120} autoComplete="name" />
      </Field>
      <Field label={t("choosePassword")} hint={t("choosePasswordHint", { minimum: minimumPasswordLength })}>
        <Input name="password" type="password" required minLength={minimumPasswordLength} autoComplete="new-password" />
      </Field>
      <ProblemNotice error={accept.error} />
      <Button type="submit" variant="primary" busy={accept.isPending}>
        {t("join")}
      </Button>
    </form>
  );
}
