const DAY_MS = 86_400_000;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** How US payers print dates. */
export type DateFormat = "MM/DD/YYYY" | "M/D/YYYY" | "MM-DD-YYYY" | "Month D, YYYY" | "Mon D, YYYY" | "YYYY-MM-DD" | "DD-Mon-YYYY";

export const DATE_FORMATS: readonly DateFormat[] = [
  "MM/DD/YYYY",
  "M/D/YYYY",
  "MM-DD-YYYY",
  "Month D, YYYY",
  "Mon D, YYYY",
  "YYYY-MM-DD",
  "DD-Mon-YYYY",
];

/** Adds whole days to an ISO date. */
export function addDays(iso: string, days: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** ISO date as a payer prints it. */
export function printDate(iso: string, format: DateFormat): string {
  const [year = "", month = "", day = ""] = iso.split("-");
  const name = MONTHS[Number(month) - 1] ?? "";
  const plain = { month: String(Number(month)), day: String(Number(day)) };
  const forms: Readonly<Record<DateFormat, string>> = {
    "MM/DD/YYYY": `${month}/${day}/${year}`,
    "M/D/YYYY": `${plain.month}/${plain.day}/${year}`,
    "MM-DD-YYYY": `${month}-${day}-${year}`,
    "Month D, YYYY": `${name} ${plain.day}, ${year}`,
    "Mon D, YYYY": `${name.slice(0, 3)} ${plain.day}, ${year}`,
    "YYYY-MM-DD": iso,
    "DD-Mon-YYYY": `${day}-${name.slice(0, 3)}-${year}`,
  };
  return forms[format];
}
