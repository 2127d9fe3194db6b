import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DocumentRecord } from "../mesh/store/documents.ts";
import { type ObjectRef, PageWords, Understanding } from "../proto/document/v1/document.pb.ts";
import type { SealedObjects } from "../runtime/objects/sealed.ts";
import { annotatePage } from "./annotate.ts";

/** Pages of one document that are drawn; a 300-page fax would otherwise fill the disk with pictures nobody opens. */
const MAX_ANNOTATED_PAGES = 20;

export interface OutDeps {
  readonly folder: string;
  readonly tenant: string;
  readonly objects: SealedObjects;
  readonly signal: AbortSignal;
}

type StoredRef = NonNullable<DocumentRecord["bundle"]>;

/** The wire form of a reference kept on a record. */
export function refOf(stored: StoredRef): ObjectRef {
  return { ...stored, sizeBytes: BigInt(stored.sizeBytes) };
}

/** Reads what the mesh understood of a document; undefined before the understanding stage was through. */
export async function readUnderstanding(record: DocumentRecord, deps: Omit<OutDeps, "folder">): Promise<Understanding | undefined> {
  if (record.understanding === undefined) return undefined;
  return await deps.objects.readMessage(deps.tenant, refOf(record.understanding), Understanding, deps.signal);
}

/**
 * Writes what came of one document into `<folder>/<document id>/`: `bundle.json` (FHIR, what the hub may see),
 * `fields.json`, `events.ndjson` and one annotated `page-<n>.png` a page. `state.txt` comes last: what it names is not written again. The folder holds PHI in clear: it is what the user asked to see.
 */
export async function writeOutcome(record: DocumentRecord, events: readonly unknown[], deps: OutDeps): Promise<string> {
  const folder = join(deps.folder, record.documentId);
  const marker = `${record.state} at revision ${record.revision}, ${events.length} events\n`;
  if ((await readFile(join(folder, "state.txt"), "utf8").catch(() => "")) === marker) return folder;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const understanding = await readUnderstanding(record, deps);
  await writeJsonLines(join(folder, "events.ndjson"), events);
  const bundle = record.disclosedBundle ?? record.bundle;
  if (bundle !== undefined) {
    const text = Buffer.from(await deps.objects.readBytes(deps.tenant, refOf(bundle), deps.signal)).toString();
    await writeFile(join(folder, "bundle.json"), `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  }
  if (understanding !== undefined) {
    await writeFile(join(folder, "fields.json"), `${JSON.stringify(Understanding.toJSON(understanding), null, 2)}\n`);
    await writePages(record, understanding, { ...deps, folder });
  }
  await writeFile(join(folder, "state.txt"), marker);
  return folder;
}

async function writePages(record: DocumentRecord, understanding: Understanding, deps: OutDeps): Promise<void> {
  const images = (record.images ?? []).slice(0, MAX_ANNOTATED_PAGES);
  for (const [index, image] of images.entries()) {
    const words = record.words?.[index];
    if (words === undefined) continue;
    const { page } = await deps.objects.readMessage(deps.tenant, refOf(words), PageWords, deps.signal);
    const png = await deps.objects.readBytes(deps.tenant, refOf(image), deps.signal);
    const fields = understanding.fields.filter((field) => field.page === page);
    await writeFile(join(deps.folder, `page-${index + 1}.png`), await annotatePage(png, fields));
  }
}

async function writeJsonLines(path: string, values: readonly unknown[]): Promise<void> {
  await writeFile(path, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}
