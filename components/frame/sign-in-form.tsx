"use client";

import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Notice } from "@/components/ui/surface";

const known = [
  "CredentialsSignin",
  "too_many_attempts",
  "not_invited",
  "email_unverified",
  "address_tied",
  "account_closed",
  "unreachable",
] as const;
type Known = (typeof known)[number];

export function SignInForm(props: {
  next: string;
  error: string | null;
  openIdConnectName: string | null;
  demo: boolean;
}) {
  const t = useTranslations("auth");
  const [error, setError] = useState(props.error);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const result = await signIn("credentials", {
        redirect: false,
        email: String(form.get("email")),
        password: String(form.get("password")),
      });
      if (result?.ok && !result.error) {
        // A full load, so that nothing of another person stays in memory.
        window.location.assign(props.next);
        return;
      }
      setError(result?.error ?? "unreachable");
    } catch {
      setError("unreachable");
    }
    setBusy(false);
  }

  const shown = error ? (known.find((code) => code === error) ?? "unknown") : null;
  return (
    <div className="flex flex-col gap-4">
      {shown ? <Notice tone="danger">{t(`errors.${shown satisfies Known | "unknown"}`)}</Notice> : null}
      {props.demo ? <Notice tone="accent">{t("demoAccounts")}</Notice> : null}
      <form method="post" onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("email")}>
          <Input name="email" type="email" autoComplete="username" required />
        </Field>
        <Field label={t("password")}>
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          {t("signIn")}
        </Button>
      </form>
      {props.openIdConnectName ? (
        <Button onClick={() => signIn("oidc", { callbackUrl: props.next })}>
          {t("signInWith", { name: props.openIdConnectName })}
        </Button>
      ) : null}
    </div>
  );
}
