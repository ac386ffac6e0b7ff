"use client";

import { useFormatter } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { ChartColumn, ChartRow } from "./export-chart";

/** The same data as the chart shows, to be read or copied. */
export function ChartTable(props: { title: string; columns: readonly ChartColumn[]; rows: readonly ChartRow[] }) {
  const format = useFormatter();
  const show = (value: number | string | null | undefined) => {
    if (value === null || value === undefined) return "–";
    return typeof value === "number" ? format.number(value, { maximumSignificantDigits: 6 }) : value;
  };
  return (
    <div className="max-h-96 overflow-y-auto">
      <Table
        caption={props.title}
        head={props.columns.map((column) => (
          <HeadCell key={column.key} number={column.number ?? true}>
            {column.label}
          </HeadCell>
        ))}
      >
        {props.rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no id of their own and never change their order
          <tr key={index}>
            {props.columns.map((column) => (
              <Cell key={column.key} number={column.number ?? true}>
                {show(row[column.key])}
              </Cell>
            ))}
          </tr>
        ))}
      </Table>
    </div>
  );
}
