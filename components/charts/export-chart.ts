import type { SeriesStyle } from "./series";

export type ChartColumn = { key: string; label: string; number?: boolean };
export type ChartRow = Readonly<Record<string, number | string | null>>;

/** RFC 4180, with decimal points; a cell that a spreadsheet would take for a formula is quoted with an apostrophe. */
export function csvOf(columns: readonly ChartColumn[], rows: readonly ChartRow[]): string {
  const cell = (value: number | string | null | undefined) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [
    columns.map(({ label }) => cell(label)),
    ...rows.map((row) => columns.map(({ key }) => cell(row[key]))),
  ];
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

const copied = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "font-size"] as const;
const lineHeight = 20;
const fontFamily = "Inter Variable";

/** The chart as a file that stands alone: tokens become colours, title and legend are put in. */
export function standaloneSvg(svg: SVGSVGElement, title: string, legend: readonly SeriesStyle[]): string {
  const { width, height } = svg.getBoundingClientRect();
  const clone = svg.cloneNode(true) as SVGSVGElement;
  copyStyles(svg, clone);
  const page = getComputedStyle(svg);
  const ink = page.color;
  const total = height + 2 * lineHeight + legend.length * lineHeight;
  const root = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  root.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  root.setAttribute("width", String(width));
  root.setAttribute("height", String(total));
  root.setAttribute("viewBox", `0 0 ${width} ${total}`);
  root.setAttribute("font-family", `'${fontFamily}', Inter, system-ui, sans-serif`);
  const paper = getComputedStyle(svg.closest("section") ?? document.body).backgroundColor;
  append(root, "rect", { width: "100%", height: "100%", fill: paper });
  append(root, "text", { x: 12, y: 18, "font-size": 14, "font-weight": 600, fill: ink }, title);
  clone.setAttribute("y", String(2 * lineHeight - 8));
  clone.setAttribute("overflow", "visible");
  clone.setAttribute("width", String(width));
  clone.setAttribute("height", String(height));
  root.append(clone);
  legend.forEach((series, index) => {
    const y = height + 2 * lineHeight + index * lineHeight;
    const color = resolveColor(svg, series.color);
    append(root, "line", {
      x1: 12,
      x2: 36,
      y1: y,
      y2: y,
      stroke: color,
      "stroke-width": 2,
      "stroke-dasharray": series.dash ?? "none",
    });
    append(root, "text", { x: 44, y: y + 4, "font-size": 12, fill: ink }, series.label);
  });
  return new XMLSerializer().serializeToString(root);
}

/** Whether a face with this `unicode-range` (empty: everything) has a letter of the text. */
export function coversText(unicodeRange: string, text: string): boolean {
  if (unicodeRange.trim() === "") return true;
  const ranges = unicodeRange.split(",").map((range) => {
    const [from = "", to = from] = range.trim().replace(/^U\+/i, "").split("-");
    return [Number.parseInt(from.replaceAll("?", "0"), 16), Number.parseInt(to.replaceAll("?", "F"), 16)] as const;
  });
  return [...text].some((letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return ranges.some(([from, to]) => from <= code && code <= to);
  });
}

/**
 * The file with the page's font in it, as far as its letters need it, so that it looks everywhere as it does here; without
 * the font where that can't be had.
 */
export async function withFonts(svgText: string): Promise<string> {
  const shown = new DOMParser().parseFromString(svgText, "image/svg+xml").documentElement.textContent ?? "";
  const faces = [...document.styleSheets].flatMap(rulesOf).filter((rule) => {
    const { style } = rule;
    const family = style.getPropertyValue("font-family").replaceAll(/["']/g, "");
    const upright = !/italic|oblique/.test(style.getPropertyValue("font-style"));
    return family === fontFamily && upright && coversText(style.getPropertyValue("unicode-range"), shown);
  });
  try {
    const css = await Promise.all(faces.map(inlineFace));
    return svgText.replace(/^<svg[^>]*>/, (start) => `${start}<style>${css.join("")}</style>`);
  } catch {
    return svgText;
  }
}

function rulesOf(sheet: CSSStyleSheet): CSSFontFaceRule[] {
  try {
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  } catch {
    // A style sheet that an extension put in may not be read.
    return [];
  }
}

async function inlineFace({ style, parentStyleSheet }: CSSFontFaceRule): Promise<string> {
  const [, address = ""] = /url\(["']?([^"')]+)/.exec(style.getPropertyValue("src")) ?? [];
  const answer = await fetch(new URL(address, parentStyleSheet?.href ?? location.href));
  if (!answer.ok) throw new Error(`no font at ${address}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const weight = style.getPropertyValue("font-weight") || "400";
  const source = `url(data:font/woff2;base64,${btoa(binary)}) format("woff2")`;
  return `@font-face{font-family:"${fontFamily}";font-weight:${weight};src:${source}}`;
}

function copyStyles(from: SVGElement, to: SVGElement): void {
  const style = getComputedStyle(from);
  for (const name of copied) to.setAttribute(name, style.getPropertyValue(name));
  to.removeAttribute("style");
  to.removeAttribute("class");
  for (let index = 0; index < from.children.length; index++) {
    const source = from.children[index];
    const target = to.children[index];
    if (source instanceof SVGElement && target instanceof SVGElement) copyStyles(source, target);
  }
}

function resolveColor(near: SVGElement, color: string): string {
  const probe = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  probe.setAttribute("fill", color);
  near.append(probe);
  const resolved = getComputedStyle(probe).fill;
  probe.remove();
  return resolved;
}

function append(parent: Element, name: string, attributes: Record<string, string | number>, text?: string): void {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  parent.append(element);
}

/** Draws the file at twice its size, sharp enough for print and slides. */
export async function pngOf(svgText: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture can't be drawn"))), "image/png"),
  );
}

/** Offers a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Some browsers begin to read only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
