"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { CopyField } from "@/components/ui/copy-field";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { call } from "@/lib/platform/http/call";
import { inviteOperation } from "@/lib/studies/api";
import { roles } from "@/lib/studies/schema";

/** The studio sends no mail: the link is shown once, for the owner to pass on. */
export function InviteForm(props: { studyId: string; onInvited: () => void }) {
  const t = useTranslations("people");
  const roleName = useTranslations("studies.roles");
  const send = useMutation({
    mutationFn: (body: { email: string; role: (typeof roles)[number] }) =>
      call(inviteOperation, { params: { studyId: props.studyId }, body }),
    onSuccess: props.onInvited,
  });
  return (
    <div className="flex flex-col gap-4">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const role = roles.find((name) => name === form.get("role")) ?? "clinician";
          send.mutate({ email: String(form.get("email")), role });
        }}
      >
        <div className="min-w-64 flex-1">
          <Field label={t("email")}>
            <Input name="email" type="email" required autoComplete="off" />
          </Field>
        </div>
        <div>
          <Field label={t("role")}>
            <Select name="role" defaultValue="clinician">
              {roles.map((role) => (
                <option key={role} value={role}>
                  {roleName(role)}
                </option>
              ))}
            </Select>
          </Field>
        </div>
        <Button type="submit" variant="primary" busy={send.isPending}>
          {t("invite")}
        </Button>
      </form>
      <ProblemNotice error={send.error} />
      {send.data ? <CopyField label={t("link")} value={send.data.link} hint={t("linkHint")} /> : null}
    </div>
  );
}
