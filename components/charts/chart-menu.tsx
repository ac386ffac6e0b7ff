"use client";

import { ChartLine, Download, Table2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { DropdownMenu } from "radix-ui";
import type { RefObject } from "react";
import { buttonClass } from "@/components/ui/button";
import { type ChartColumn, type ChartRow, csvOf, download, pngOf, standaloneSvg, withFonts } from "./export-chart";
import type { SeriesStyle } from "./series";

/** Chart or table, and the three downloads. Pictures need the chart, so the table offers CSV only. */
export function ChartMenu(props: {
  title: string;
  columns: readonly ChartColumn[];
  rows: readonly ChartRow[];
  legend: readonly SeriesStyle[];
  chart: RefObject<HTMLDivElement | null>;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
}) {
  const t = useTranslations("common");
  const fileName = props.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  const svgText = async () => {
    const svg = props.chart.current?.querySelector("svg");
    return svg ? withFonts(standaloneSvg(svg, props.title, props.legend)) : null;
  };
  const saveCsv = () =>
    download(`${fileName}.csv`, new Blob([csvOf(props.columns, props.rows)], { type: "text/csv;charset=utf-8" }));
  const saveSvg = async () => {
    const text = await svgText();
    if (text) download(`${fileName}.svg`, new Blob([text], { type: "image/svg+xml" }));
  };
  const savePng = async () => {
    const text = await svgText();
    if (text) download(`${fileName}.png`, await pngOf(text));
  };
  const toggle = props.asTable ? t("showChart") : t("showTable");
  return (
    <div className="flex gap-1">
      <button
        type="button"
        className={buttonClass("quiet", "small")}
        aria-label={`${toggle}: ${props.title}`}
        title={toggle}
        onClick={() => props.onAsTable(!props.asTable)}
      >
        {props.asTable ? <ChartLine size={16} aria-hidden /> : <Table2 size={16} aria-hidden />}
      </button>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className={buttonClass("quiet", "small")}
          aria-label={`${t("download")}: ${props.title}`}
          title={t("download")}
        >
          <Download size={16} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            className="z-50 min-w-44 rounded-base border border-line bg-surface p-1 shadow-xl"
          >
            <Entry label={t("downloadCsv")} onSelect={saveCsv} />
            {props.asTable ? null : <Entry label={t("downloadSvg")} onSelect={saveSvg} />}
            {props.asTable ? null : <Entry label={t("downloadPng")} onSelect={savePng} />}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
}

function Entry(props: { label: string; onSelect: () => void }) {
  return (
    <DropdownMenu.Item
      onSelect={props.onSelect}
      className="cursor-pointer rounded-base px-3 py-2 outline-none data-[highlighted]:bg-sunken"
    >
      {props.label}
    </DropdownMenu.Item>
  );
}
