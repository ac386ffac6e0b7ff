"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { changeEndpointOperation } from "@/lib/labelling/api";
import type { EndpointSummary, TokenPrice } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";

/** What an endpoint's tokens cost; both prices, or none. */
export function EndpointPrice({ endpoint }: { endpoint: EndpointSummary }) {
  const t = useTranslations("labelling.prices");
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [prices, setPrices] = useState({
    prompt: String(endpoint.price?.prompt ?? ""),
    completion: String(endpoint.price?.completion ?? ""),
  });
  const known = prices.prompt !== "" || prices.completion !== "";
  const change = useMutation({
    mutationFn: (price: TokenPrice | null) =>
      call(changeEndpointOperation, { params: { endpointId: endpoint.id }, body: { price } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["endpoints"] });
      setOpen(false);
    },
  });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t("price")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("title", { name: endpoint.name })} description={t("hint")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const currency = String(new FormData(event.currentTarget).get("currency")).trim().toUpperCase();
            const [prompt, completion] = [Number(prices.prompt), Number(prices.completion)];
            change.mutate(known ? { prompt, completion, currency } : null);
          }}
        >
          <div className="grid gap-4 sm:grid-cols-3">
            {(["prompt", "completion"] as const).map((kind) => (
              <Field key={kind} label={t(kind)}>
                <Input
                  type="number"
                  min={0}
                  max={100_000}
                  step="any"
                  required={known}
                  value={prices[kind]}
                  onChange={(event) => setPrices({ ...prices, [kind]: event.target.value })}
                />
              </Field>
            ))}
            <Field label={t("currency")} hint={t("currencyHint")}>
              <Input
                name="currency"
                required
                pattern="[A-Za-z]{3}"
                maxLength={3}
                defaultValue={endpoint.price?.currency ?? "EUR"}
              />
            </Field>
          </div>
          <ProblemNotice error={change.error} />
          <Button type="submit" variant="primary" className="self-start" busy={change.isPending}>
            {t("save")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
