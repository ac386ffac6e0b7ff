"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { call } from "@/lib/platform/http/call";
import { createStudyOperation } from "@/lib/studies/api";

export function CreateStudy() {
  const t = useTranslations("studies");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const create = useMutation({
    mutationFn: (body: { name: string; description: string }) => call(createStudyOperation, { body }),
    onSuccess: (study) => router.push(`/studies/${study.id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("create")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("create")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            create.mutate({ name: String(form.get("name")), description: String(form.get("description")) });
          }}
        >
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} />
          </Field>
          <Field label={t("descriptionLabel")} hint={t("descriptionHint")}>
            <Textarea name="description" rows={3} maxLength={2000} />
          </Field>
          <ProblemNotice error={create.error} />
          <Button type="submit" variant="primary" busy={create.isPending} className="self-start">
            {t("create")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
