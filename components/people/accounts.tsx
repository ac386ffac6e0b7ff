"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import {
  changePersonOperation,
  createPersonOperation,
  deactivatePersonOperation,
  listPeopleOperation,
  untieIdentityOperation,
} from "@/lib/auth/api";
import { minimumPasswordLength, type PersonSummary } from "@/lib/auth/schema";
import { call } from "@/lib/platform/http/call";
import type { BodyInputOf } from "@/lib/platform/http/operation";

export function Accounts(props: { initial: PersonSummary[]; ownId: string }) {
  const t = useTranslations("people");
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const people = useQuery({
    queryKey: ["people"],
    queryFn: async () => (await call(listPeopleOperation)).people,
    initialData: props.initial,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["people"] });
  const create = useMutation({
    mutationFn: (body: BodyInputOf<typeof createPersonOperation>) => call(createPersonOperation, { body }),
    onSuccess: () => {
      form.current?.reset();
      return refresh();
    },
  });
  const change = useMutation({
    mutationFn: ({ id, mayCreateStudies }: { id: string; mayCreateStudies: boolean }) =>
      call(changePersonOperation, { params: { personId: id }, body: { mayCreateStudies } }),
    onSettled: refresh,
  });
  const deactivate = useMutation({
    mutationFn: (personId: string) => call(deactivatePersonOperation, { params: { personId } }),
    onSettled: refresh,
  });
  const [untying, setUntying] = useState<PersonSummary | null>(null);
  const untie = useMutation({
    mutationFn: (personId: string) => call(untieIdentityOperation, { params: { personId } }),
    onSuccess: () => setUntying(null),
    onSettled: refresh,
  });
  return (
    <div className="flex flex-col gap-6">
      <Card title={t("accounts")}>
        <ProblemNotice error={deactivate.error ?? change.error} />
        <Table
          caption={t("accounts")}
          head={
            <>
              <HeadCell>{t("name")}</HeadCell>
              <HeadCell>{t("email")}</HeadCell>
              <HeadCell>{t("state")}</HeadCell>
              <HeadCell>{t("mayCreateStudies")}</HeadCell>
              <HeadCell aria-label={t("actions")} />
            </>
          }
        >
          {people.data.map((person) => (
            <tr key={person.id}>
              <Cell>{person.name}</Cell>
              <Cell>{person.email}</Cell>
              <Cell>
                <span className="flex flex-wrap gap-1">
                  {person.administrator ? <Badge tone="accent">{t("administrator")}</Badge> : null}
                  {person.simulated ? <Badge>{t("simulated")}</Badge> : null}
                  {person.deactivated ? <Badge tone="attention">{t("deactivated")}</Badge> : null}
                </span>
              </Cell>
              <Cell>
                {person.simulated || person.deactivated ? null : (
                  <input
                    type="checkbox"
                    className="mt-1 size-4 accent-accent"
                    aria-label={t("mayCreateStudiesOf", { name: person.name })}
                    checked={
                      change.isPending && change.variables.id === person.id
                        ? change.variables.mayCreateStudies
                        : person.mayCreateStudies
                    }
                    disabled={person.administrator || change.isPending}
                    onChange={(event) => change.mutate({ id: person.id, mayCreateStudies: event.target.checked })}
                  />
                )}
              </Cell>
              <Cell className="text-right">
                {!person.deactivated && person.id !== props.ownId ? (
                  <span className="flex flex-wrap justify-end gap-1">
                    {person.tied ? (
                      <Button size="small" onClick={() => setUntying(person)}>
                        {t("untie")}
                      </Button>
                    ) : null}
                    <Button size="small" variant="danger" onClick={() => deactivate.mutate(person.id)}>
                      {t("deactivate")}
                    </Button>
                  </span>
                ) : null}
              </Cell>
            </tr>
          ))}
        </Table>
      </Card>
      <Dialog
        open={untying !== null}
        onOpenChange={() => setUntying(null)}
        title={t("untieTitle", { name: untying?.name ?? "" })}
        description={t("untieHint", { email: untying?.email ?? "" })}
      >
        <ProblemNotice error={untie.error} />
        <Button
          variant="danger"
          busy={untie.isPending}
          className="mt-4 self-start"
          onClick={() => untying && untie.mutate(untying.id)}
        >
          {t("untie")}
        </Button>
      </Dialog>
      <Card title={t("createAccount")}>
        <form
          ref={form}
          className="flex max-w-md flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const data = new FormData(event.currentTarget);
            create.mutate({
              email: String(data.get("email")),
              name: String(data.get("name")),
              password: String(data.get("password")),
              administrator: data.get("administrator") === "on",
              mayCreateStudies: data.get("mayCreateStudies") === "on",
            });
          }}
        >
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} autoComplete="off" />
          </Field>
          <Field label={t("email")}>
            <Input name="email" type="email" required autoComplete="off" />
          </Field>
          <Field label={t("firstPassword")} hint={t("firstPasswordHint")}>
            <Input
              name="password"
              type="password"
              required
              minLength={minimumPasswordLength}
              autoComplete="new-password"
            />
          </Field>
          <Checkbox name="administrator" label={t("administratorMay")} />
          <Checkbox name="mayCreateStudies" label={t("mayCreateStudies")} />
          <ProblemNotice error={create.error} />
          <Button type="submit" variant="primary" busy={create.isPending} className="self-start">
            {t("createAccount")}
          </Button>
        </form>
      </Card>
    </div>
  );
}
