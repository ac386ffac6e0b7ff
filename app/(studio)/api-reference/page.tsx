import { getTranslations } from "next-intl/server";
import { operations } from "@/app/api/operations";
import { PageHeader } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";

/** Every operation, read from the same list that OpenAPI is made from. */
export default async function ApiReferencePage() {
  const t = await getTranslations("settings");
  return (
    <main id="content" className="mx-auto w-full max-w-[1280px] px-4 py-6 sm:px-8">
      <PageHeader
        title={t("apiReference")}
        description={t.rich("apiReferenceHint", {
          link: (text) => (
            <a className="text-accent underline" href="/api/v1/openapi.json">
              {text}
            </a>
          ),
        })}
      />
      <div className="rounded-base border border-line bg-surface">
        <Table
          caption={t("apiReference")}
          head={
            <>
              <HeadCell>{t("method")}</HeadCell>
              <HeadCell>{t("address")}</HeadCell>
              <HeadCell>{t("permission")}</HeadCell>
              <HeadCell>{t("summary")}</HeadCell>
            </>
          }
        >
          {operations.map((operation) => (
            <tr key={operation.id}>
              <Cell>
                <code>{operation.method}</code>
              </Cell>
              <Cell className="min-w-56 wrap-anywhere">
                <code>/api/v1{operation.path}</code>
              </Cell>
              <Cell>
                <code>{operation.access.kind === "study" ? operation.access.permission : operation.access.kind}</code>
              </Cell>
              <Cell lang="en">{operation.summary}</Cell>
            </tr>
          ))}
        </Table>
      </div>
    </main>
  );
}
