"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useFormatter, useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Input, Select } from "@/components/ui/field";
import { Card } from "@/components/ui/surface";
import type { MergedTensor } from "@/lib/models/schema";

const orders = ["file", "cosine"] as const;
const grid = "grid min-w-[58rem] grid-cols-[1fr_4rem_8rem_7rem_6rem_4rem_5rem] gap-3 px-3";

/** One row a tensor, drawn only where it is seen: the largest models have thousands. */
export function MergedTensors(props: { tensors: MergedTensor[] }) {
  const t = useTranslations("merge");
  const format = useFormatter();
  const scroll = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState("");
  const [order, setOrder] = useState<(typeof orders)[number]>("file");
  const found = props.tensors.filter(({ tensor }) => tensor.includes(filter));
  const rows = order === "file" ? found : [...found].sort((a, b) => (a.cosine ?? 2) - (b.cosine ?? 2));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 34,
    overscan: 12,
  });
  const number = (value: number | null, digits: number) =>
    value === null ? "–" : format.number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (
    <Card
      title={t("tensors", { count: rows.length })}
      actions={
        <>
          <Input
            aria-label={t("filter")}
            placeholder={t("filter")}
            className="w-56"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <Select
            aria-label={t("order")}
            className="w-auto"
            value={order}
            onChange={(event) => setOrder(event.target.value === "cosine" ? "cosine" : "file")}
          >
            {orders.map((name) => (
              <option key={name} value={name}>
                {t(`orders.${name}`)}
              </option>
            ))}
          </Select>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
      <section ref={scroll} className="h-[32rem] overflow-auto" aria-label={t("table")} tabIndex={0}>
        <div role="table" aria-rowcount={rows.length + 1}>
          <div
            role="row"
            className={`${grid} sticky top-0 z-10 border-b border-line bg-surface py-2 text-sm font-semibold text-muted`}
          >
            <span role="columnheader">{t("tensor")}</span>
            {(["layer", "elements", "cosine", "normRatio", "t", "branch"] as const).map((name) => (
              <span key={name} role="columnheader" className="text-right">
                {t(`columns.${name}`)}
              </span>
            ))}
          </div>
          <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              return (
                <div
                  key={row.tensor}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={`${grid} tabular absolute inset-x-0 items-center border-b border-line`}
                  style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                >
                  <code role="cell" className="truncate text-sm" title={row.tensor}>
                    {row.tensor}
                  </code>
                  <span role="cell" className="text-right">
                    {row.layer ?? "–"}
                  </span>
                  <span role="cell" className="text-right">
                    {format.number(row.elements)}
                  </span>
                  <span role="cell" className="text-right font-semibold">
                    {number(row.cosine, 6)}
                  </span>
                  <span role="cell" className="text-right">
                    {number(row.normRatio, 4)}
                  </span>
                  <span role="cell" className="text-right">
                    {number(row.t, 2)}
                  </span>
                  <span role="cell" className="text-right">
                    {t(`branches.${row.branch}`)}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
      </section>
    </Card>
  );
}
