import { createCase, type Case } from "../case.ts";
import { printDate } from "../calendar.ts";
import type { CodeSets } from "../code-sets.ts";
import type { Block } from "../draw/block.ts";
import { Canvas, type Drawing, PAGE_HEIGHT } from "../draw/canvas.ts";
import { compose, flow } from "../draw/compose.ts";
import type { Text } from "../draw/spans.ts";
import { drawStamp } from "../draw/stamp.ts";
import { createStyle, type Layout, type Style } from "../draw/style.ts";
import { createLabels } from "../labels.ts";
import type { Random } from "../random.ts";
import { createValues, type Values } from "../values.ts";
import { baseValues } from "./base-values.ts";
import type { DocumentKind, Extent } from "./draft.ts";

export interface DrawRequest {
  readonly kind: DocumentKind;
  readonly random: Random;
  readonly codes: CodeSets;
  readonly payerId?: string;
  readonly layout?: Layout;
  readonly minSize?: number;
  readonly extent?: Extent;
  /** Prints the sending machine's line at the top of every page. */
  readonly faxHeader?: boolean;
  /** Changes values before anything is drawn: leaves one out, makes one wrong. */
  readonly spoil?: (values: Values) => void;
  /** Fixes values after the kind drew its own, for example a decision with what goes with it. */
  readonly force?: (story: Case, random: Random) => Readonly<Record<string, string>>;
  /** Printed after everything else, for contradictions. */
  readonly append?: (values: Values, story: Case) => readonly Block[];
}

export interface DrawnDocument {
  readonly drawing: Drawing;
  readonly story: Case;
  readonly style: Style;
  readonly decision: string;
}

/** Drafts a case, writes the document of one kind about it and draws it as PDF with its ground truth. */
export async function drawDocument(request: DrawRequest): Promise<DrawnDocument> {
  const { random, codes, kind } = request;
  const story = createCase(random.fork("case"), codes, {
    medical: kind.medical,
    ...(request.payerId === undefined ? {} : { payerId: request.payerId }),
  });
  const style = createStyle(random.fork("style"), {
    ...(request.layout === undefined ? {} : { layout: request.layout }),
    ...(request.minSize === undefined ? {} : { minSize: request.minSize }),
  });
  const base = { story, style, random: random.fork("document"), codes, extent: request.extent ?? "usual" };
  const values = createValues(
    { ...baseValues(story), ...kind.values(base), ...request.force?.(story, random.fork("force")) },
    style,
    createLabels(random.fork("labels")),
  );
  request.spoil?.(values);
  const content = kind.write({ ...base, values });
  const sentOn = kind.sentOn(story);
  const canvas = new Canvas(style, sentOn);
  const header = request.faxHeader === true ? faxHeader(story, sentOn, random.fork("header")) : undefined;
  canvas.onPage = (page) => {
    if (header !== undefined) drawFaxHeader(page, header);
    drawRunning(page, content.running);
  };
  if (header !== undefined) drawFaxHeader(canvas, header);
  compose(canvas, content.blocks);
  compose(canvas, request.append?.(values, story) ?? []);
  drawReceived(canvas, values.date(sentOn), random.fork("stamp"));
  return { drawing: await canvas.finish(), story, style, decision: values.has("decision") ? values.get("decision") : "" };
}

/** The line a sending machine adds: time, its number; the page is added when drawn. */
function faxHeader(story: Case, sentOn: string, random: Random): string {
  const time = `${String(random.int(7, 18)).padStart(2, "0")}:${String(random.int(0, 59)).padStart(2, "0")}`;
  const number = `${story.provider.fax.slice(0, 3)} ${story.provider.fax.slice(3, 6)} ${story.provider.fax.slice(6)}`;
  return `${printDate(sentOn, "Mon D, YYYY")} ${time}  FAX ${number}`;
}

function drawFaxHeader(canvas: Canvas, header: string): void {
  canvas.text(`${header}  P.${String(canvas.page).padStart(2, "0")}`, 30, 12, { machine: true, size: 8 });
}

function drawRunning(canvas: Canvas, running: () => Text): void {
  flow(canvas, running(), { pen: { size: Math.max(7, canvas.style.size * 0.85) } });
  canvas.text(`Page ${canvas.page}`, canvas.left + canvas.width - 40, PAGE_HEIGHT - canvas.style.margin - 6, { size: 8 });
  canvas.y += canvas.style.size;
}

/** Mail rooms stamp about a third of what they get. The stamp stands in the foot of the last page, where nothing else does. */
function drawReceived(canvas: Canvas, date: string, random: Random): void {
  if (!random.chance(0.35)) return;
  const x = canvas.left + random.between(0, canvas.width - 190);
  const y = PAGE_HEIGHT - canvas.style.margin - 34;
  drawStamp(canvas, [random.pick(["RECEIVED", "FAXED", "SCANNED"]), date.toUpperCase()], { x, y, degrees: random.between(-7, 7) });
}
