"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, EmptyState, Notice } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import {
  archiveEndpointOperation,
  createEndpointOperation,
  listEndpointsOperation,
  testEndpointOperation,
} from "@/lib/labelling/api";
import type { EndpointSummary } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";
import { EndpointPrice } from "./endpoint-price";
import { useMoney } from "./use-money";

type Reason = Parameters<ReturnType<typeof useTranslations<"labelling.reasons">>>[0];

export function Endpoints(props: { initial: EndpointSummary[] }) {
  const t = useTranslations("labelling");
  const reasons = useTranslations("labelling.reasons");
  const queries = useQueryClient();
  const money = useMoney();
  const form = useRef<HTMLFormElement>(null);
  const endpoints = useQuery({
    queryKey: ["endpoints"],
    queryFn: async () => (await call(listEndpointsOperation)).endpoints,
    initialData: props.initial,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["endpoints"] });
  const create = useMutation({
    mutationFn: (body: { name: string; baseUrl: string; model: string; key: string }) =>
      call(createEndpointOperation, { body }),
    onSuccess: () => {
      form.current?.reset();
      return refresh();
    },
  });
  const test = useMutation({
    mutationFn: (endpointId: string) => call(testEndpointOperation, { params: { endpointId } }),
  });
  const archive = useMutation({
    mutationFn: (endpointId: string) => call(archiveEndpointOperation, { params: { endpointId } }),
    onSettled: refresh,
  });
  return (
    <div className="flex flex-col gap-6">
      {endpoints.data.length === 0 ? (
        <EmptyState title={t("noEndpoint")}>{t("noEndpointHint")}</EmptyState>
      ) : (
        <Card title={t("endpoints")}>
          <Table
            caption={t("endpoints")}
            head={
              <>
                <HeadCell>{t("name")}</HeadCell>
                <HeadCell>{t("address")}</HeadCell>
                <HeadCell>{t("model")}</HeadCell>
                <HeadCell>{t("key")}</HeadCell>
                <HeadCell number>{t("prices.column")}</HeadCell>
                <HeadCell aria-label={t("actions")} />
              </>
            }
          >
            {endpoints.data.map((endpoint) => (
              <tr key={endpoint.id}>
                <Cell>
                  {endpoint.name} {endpoint.local ? <Badge tone="attention">{t("local")}</Badge> : null}
                </Cell>
                <Cell className="min-w-56 wrap-anywhere">{endpoint.local ? t("localAddress") : endpoint.baseUrl}</Cell>
                <Cell>{endpoint.model}</Cell>
                <Cell>{endpoint.hasKey ? t("keyStored") : "–"}</Cell>
                <Cell number>
                  {endpoint.price
                    ? t("prices.both", {
                        prompt: money(endpoint.price.prompt, endpoint.price.currency),
                        completion: money(endpoint.price.completion, endpoint.price.currency),
                      })
                    : "–"}
                </Cell>
                <Cell className="text-right whitespace-nowrap">
                  <Button
                    size="small"
                    busy={test.isPending && test.variables === endpoint.id}
                    onClick={() => test.mutate(endpoint.id)}
                  >
                    {t("test")}
                  </Button>{" "}
                  {endpoint.local ? null : (
                    <>
                      <EndpointPrice endpoint={endpoint} />{" "}
                      <Button size="small" variant="danger" onClick={() => archive.mutate(endpoint.id)}>
                        {t("archive")}
                      </Button>
                    </>
                  )}
                </Cell>
              </tr>
            ))}
          </Table>
          <div className="mt-4 flex flex-col gap-2">
            <ProblemNotice error={test.error ?? archive.error} />
            {test.data?.waiting ? (
              <Notice tone="accent">
                {reasons.has(test.data.waiting as Reason) ? reasons(test.data.waiting as Reason) : test.data.waiting}
              </Notice>
            ) : null}
            {test.data && !test.data.waiting ? (
              <Notice tone="done" title={t("testWorked")}>
                <code className="wrap-anywhere">{test.data.answer}</code>
              </Notice>
            ) : null}
          </div>
        </Card>
      )}
      <Card title={t("addEndpoint")}>
        <div className="grid grid-cols-1 gap-6 lg:grid-cols-2">
          <form
            ref={form}
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              const data = new FormData(event.currentTarget);
              const text = (name: string) => String(data.get(name) ?? "");
              create.mutate({ name: text("name"), baseUrl: text("baseUrl"), model: text("model"), key: text("key") });
            }}
          >
            <Field label={t("name")}>
              <Input name="name" required maxLength={80} placeholder="Mixtral" />
            </Field>
            <Field label={t("address")} hint={t("addressHint")}>
              <Input name="baseUrl" type="url" required placeholder="http://gpu-server:8000/v1" />
            </Field>
            <Field label={t("model")} hint={t("modelHint")}>
              <Input name="model" required placeholder="mistralai/Mixtral-8x7B-Instruct-v0.1" />
            </Field>
            <Field label={t("key")} hint={t("keyHint")}>
              <Input name="key" type="password" autoComplete="off" />
            </Field>
            <ProblemNotice error={create.error} />
            <Button type="submit" variant="primary" busy={create.isPending} className="self-start">
              {t("addEndpoint")}
            </Button>
          </form>
          <div className="flex min-w-0 max-w-[72ch] flex-col gap-2 text-muted">
            <p className="font-semibold text-ink">{t("mixtralTitle")}</p>
            <p>{t("mixtralHint")}</p>
            <pre className="rounded-base bg-sunken p-3 text-sm text-ink whitespace-pre-wrap wrap-anywhere">
              vllm serve mistralai/Mixtral-8x7B-Instruct-v0.1 --api-key KEY --port 8000
            </pre>
            <p>{t("mixtralAllow")}</p>
          </div>
        </div>
      </Card>
    </div>
  );
}
