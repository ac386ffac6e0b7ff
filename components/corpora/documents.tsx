"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listDocumentsOperation, readDocumentOperation } from "@/lib/corpus/api";
import { call } from "@/lib/platform/http/call";

type Params = { studyId: string; corpusId: string };

/** A look inside: pages of documents, or those with a word; each opens as people will read it. */
export function Documents({ params }: { params: Params }) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  const [search, setSearch] = useQueryState("search", parseAsString);
  const [from, setFrom] = useQueryState("from", parseAsString);
  const [position, setPosition] = useState<string | null>(null);
  const page = useQuery({
    queryKey: ["documents", params.corpusId, search, from],
    queryFn: () =>
      call(listDocumentsOperation, { params, query: { search: search ?? undefined, from: from ?? undefined } }),
    placeholderData: keepPreviousData,
  });
  const next = page.data?.next ?? null;
  return (
    <Card
      title={t("lookInside")}
      actions={
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void setFrom(null);
            void setSearch(String(new FormData(event.currentTarget).get("search") ?? "").trim() || null);
          }}
        >
          <Input
            name="search"
            type="search"
            aria-label={t("search")}
            placeholder={t("search")}
            defaultValue={search ?? ""}
            maxLength={200}
          />
          <Button type="submit">{t("find")}</Button>
        </form>
      }
    >
      <ProblemNotice error={page.error} onRetry={() => page.refetch()} />
      {page.isPending ? <Skeleton className="h-64" /> : null}
      {page.data?.documents.length === 0 ? (
        <p className="text-muted">{page.data.pageComplete ? t("nothingFound") : t("nothingFoundYet")}</p>
      ) : null}
      {page.data && page.data.documents.length > 0 ? (
        <Table
          caption={t("lookInside")}
          head={
            <>
              <HeadCell>{t("document")}</HeadCell>
              <HeadCell>{t("source")}</HeadCell>
              <HeadCell>{t("language")}</HeadCell>
              <HeadCell number>{t("characters")}</HeadCell>
            </>
          }
        >
          {page.data.documents.map((document) => (
            <tr key={document.position}>
              <Cell className="min-w-72">
                <button
                  type="button"
                  className="block text-left hover:underline"
                  onClick={() => setPosition(document.position)}
                >
                  <span className="block text-sm text-muted">{document.id}</span>
                  <span className="line-clamp-2 max-w-2xl wrap-anywhere">{document.excerpt}</span>
                </button>
              </Cell>
              <Cell>{document.source ?? "–"}</Cell>
              <Cell>{document.language ?? "–"}</Cell>
              <Cell number>{format.number(document.characters)}</Cell>
            </tr>
          ))}
        </Table>
      ) : null}
      <div className="mt-4 flex gap-2">
        {from ? <Button onClick={() => setFrom(null)}>{t("first")}</Button> : null}
        {next === null ? null : (
          <Button onClick={() => setFrom(next)}>{page.data?.pageComplete === false ? t("searchOn") : t("next")}</Button>
        )}
      </div>
      <DocumentDialog params={params} position={position} onClose={() => setPosition(null)} />
    </Card>
  );
}

function DocumentDialog(props: { params: Params; position: string | null; onClose: () => void }) {
  const t = useTranslations("corpora");
  const document = useQuery({
    queryKey: ["document", props.params.corpusId, props.position],
    queryFn: () => call(readDocumentOperation, { params: { ...props.params, position: props.position ?? "0-0" } }),
    enabled: props.position !== null,
  });
  return (
    <Dialog
      open={props.position !== null}
      onOpenChange={props.onClose}
      title={document.data?.id ?? t("document")}
      description={document.data?.url ?? undefined}
    >
      <ProblemNotice error={document.error} />
      {document.isPending ? <Skeleton className="h-64" /> : null}
      <p className="font-serif text-document whitespace-pre-wrap wrap-anywhere">{document.data?.text}</p>
    </Dialog>
  );
}
