"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Checkbox, Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { changePasswordOperation } from "@/lib/auth/api";
import { minimumPasswordLength } from "@/lib/auth/schema";
import { call } from "@/lib/platform/http/call";

export function PasswordForm() {
  const t = useTranslations("settings");
  const change = useMutation({
    mutationFn: (body: { current: string; next: string; endTokens: boolean }) =>
      call(changePasswordOperation, { body }),
    onSuccess: () => window.location.assign("/sign-in"),
  });
  return (
    <form
      className="flex max-w-md flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        change.mutate({
          current: String(form.get("current")),
          next: String(form.get("next")),
          endTokens: form.get("endTokens") === "on",
        });
      }}
    >
      <Field label={t("currentPassword")}>
        <Input name="current" type="password" autoComplete="current-password" required />
      </Field>
      <Field label={t("newPassword")} hint={t("newPasswordHint", { minimum: minimumPasswordLength })}>
        <Input name="next" type="password" autoComplete="new-password" required minLength={minimumPasswordLength} />
      </Field>
      <Checkbox name="endTokens" defaultChecked label={t("endTokens")} />
      <ProblemNotice error={change.error} />
      <Button type="submit" busy={change.isPending} className="self-start">
        {t("changePassword")}
      </Button>
    </form>
  );
}
