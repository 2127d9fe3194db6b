import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Assessment, type DocumentHead, type ObjectRef, Understanding } from "../../proto/document/v1/document.pb.ts";
import { createLogger } from "../../runtime/log.ts";
import { createFolderObjects } from "../../runtime/objects/folder.ts";
import { createSealedObjects, type SealedObjects } from "../../runtime/objects/sealed.ts";
import type { Seal } from "../../runtime/seal.ts";
import { createSqliteStore } from "../../runtime/store/sqlite.ts";
import type { Store } from "../../runtime/store/store.ts";
import { systemWorld, type World } from "../../runtime/world.ts";
import { sampleAssessment } from "./document.ts";
import { sampleSeal } from "./seal.ts";
import { artefactKey, type StageContext } from "../../mesh/stage.ts";

/** What a stage runs in: sealed objects and a SQLite store in a temporary folder, and a clock that a test can move. */
export interface SampleHome extends AsyncDisposable {
  readonly path: string;
  readonly store: Store;
  readonly objects: SealedObjects;
  readonly seal: Seal;
  readonly world: World & { advance(ms: number): void };
  readonly signal: AbortSignal;
  context(head: DocumentHead): StageContext;
  /** Stores both artefacts of a document and gives their references. */
  put(head: DocumentHead, understanding: Understanding): Promise<{ readonly understanding: ObjectRef; readonly assessment: ObjectRef }>;
}

/** Made anew for each test, and removed with all it holds at its end. */
export async function openSampleHome(): Promise<SampleHome> {
  const path = await mkdtemp(join(tmpdir(), "payerhub-sample-"));
  const seal = sampleSeal();
  let nowMs = Date.parse("2026-03-10T15:00:05Z");
  const world = { ...systemWorld(), now: () => nowMs, advance: (ms: number) => void (nowMs += ms) };
  const folder = await createFolderObjects({ root: join(path, "objects"), world });
  const objects = createSealedObjects(folder, seal);
  const store = await createSqliteStore({ path: join(path, "store.sqlite"), seal, world });
  const { signal } = new AbortController();
  const context = ({ tenant, documentId, revision }: DocumentHead): StageContext => ({
    tenant,
    documentId,
    revision,
    run: "sample",
    progress: () => {},
    signal,
    objects,
    world,
    log: createLogger({ level: "silent" }),
  });
  return {
    path,
    store,
    objects,
    seal,
    world,
    signal,
    context,
    put: async (head, understanding) => ({
      understanding: await objects.putMessage(
        { tenant: head.tenant, key: artefactKey({ ...head, run: "sample" }, "understanding") },
        Understanding,
        understanding,
        signal,
      ),
      assessment: await objects.putMessage(
        { tenant: head.tenant, key: artefactKey({ ...head, run: "sample" }, "assessment") },
        Assessment,
        sampleAssessment(),
        signal,
      ),
    }),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder.close();
      await rm(path, { recursive: true });
    },
  };
}
