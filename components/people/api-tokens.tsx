"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { CopyField } from "@/components/ui/copy-field";
import { Checkbox, Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { createTokenOperation, listTokensOperation, revokeTokenOperation } from "@/lib/auth/api";
import type { ApiTokenSummary } from "@/lib/auth/schema";
import { call } from "@/lib/platform/http/call";

export function ApiTokens(props: { initial: ApiTokenSummary[]; scopes: string[] }) {
  const t = useTranslations("settings");
  const format = useFormatter();
  const queries = useQueryClient();
  const tokens = useQuery({
    queryKey: ["tokens"],
    queryFn: async () => (await call(listTokensOperation)).tokens,
    initialData: props.initial,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["tokens"] });
  const create = useMutation({
    mutationFn: (body: { name: string; scopes: string[]; days: number }) => call(createTokenOperation, { body }),
    onSuccess: refresh,
  });
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call(revokeTokenOperation, { params: { tokenId } }),
    onSettled: refresh,
  });
  const date = (text: string | null) => (text ? format.dateTime(new Date(text), { dateStyle: "medium" }) : "–");
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-[72ch] text-muted">{t("tokensHint")}</p>
      {tokens.data.length > 0 ? (
        <Table
          caption={t("tokens")}
          head={
            <>
              <HeadCell>{t("tokenName")}</HeadCell>
              <HeadCell>{t("tokenPrefix")}</HeadCell>
              <HeadCell>{t("scopes")}</HeadCell>
              <HeadCell>{t("expires")}</HeadCell>
              <HeadCell>{t("lastUsed")}</HeadCell>
              <HeadCell aria-label={t("revoke")} />
            </>
          }
        >
          {tokens.data.map((token) => (
            <tr key={token.id}>
              <Cell>{token.name}</Cell>
              <Cell>
                <code>{token.prefix}…</code>
              </Cell>
              <Cell className="max-w-80 text-sm wrap-anywhere">{token.scopes.join(", ")}</Cell>
              <Cell className="whitespace-nowrap">{date(token.expiresAt)}</Cell>
              <Cell className="whitespace-nowrap">{date(token.lastUsedAt)}</Cell>
              <Cell className="text-right">
                <Button size="small" variant="danger" onClick={() => revoke.mutate(token.id)}>
                  {t("revoke")}
                </Button>
              </Cell>
            </tr>
          ))}
        </Table>
      ) : null}
      <ProblemNotice error={revoke.error} />
      <form
        className="flex flex-col gap-4 border-t border-line pt-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          create.mutate({
            name: String(form.get("name")),
            days: Number(form.get("days")),
            scopes: form.getAll("scope").map(String),
          });
        }}
      >
        <div className="flex flex-wrap gap-4">
          <Field label={t("tokenName")} hint={t("tokenNameHint")}>
            <Input name="name" required maxLength={80} />
          </Field>
          <Field label={t("days")}>
            <Input name="days" type="number" min={1} max={365} defaultValue={90} required />
          </Field>
        </div>
        <fieldset>
          <legend className="mb-2 font-semibold">{t("scopes")}</legend>
          <div className="grid gap-1 sm:grid-cols-2 lg:grid-cols-4">
            {props.scopes.map((scope) => (
              <Checkbox key={scope} name="scope" value={scope} label={<code className="text-sm">{scope}</code>} />
            ))}
          </div>
        </fieldset>
        <ProblemNotice error={create.error} />
        <Button type="submit" busy={create.isPending} className="self-start">
          {t("createToken")}
        </Button>
      </form>
      {create.data ? <CopyField label={t("newToken")} value={create.data.token} hint={t("newTokenHint")} /> : null}
    </div>
  );
}
