export type CsvCell = string | number | boolean | null;

/**
 * RFC 4180 with decimal points. Text that a spreadsheet would take for a formula gets an apostrophe in front, and so does
 * text that begins with one: whoever reads the file as data takes one apostrophe off each text that begins with one.
 */
export function writeCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map(csvLine).join("");
}

export function csvLine(row: readonly CsvCell[]): string {
  return `${row.map(cell).join(",")}\r\n`;
}

function cell(value: CsvCell): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r\n']/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
