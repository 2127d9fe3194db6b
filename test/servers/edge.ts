import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type EdgeConfigInput, edgeConfig } from "../../edge/config.ts";
import { createIntakeClient, type IntakeClient } from "../../edge/intake-client.ts";
import type { EventPublisher, StatusQuery } from "../../edge/publisher.ts";
import { type Edge, type EdgeDeps, startEdge } from "../../edge/start.ts";
import type { DocumentReceived } from "../../proto/document/v1/document.pb.ts";
import { GetDocumentStatusResponse } from "../../proto/intake/v1/intake.pb.ts";
import { createLogger } from "../../runtime/log.ts";
import { createFolderObjects } from "../../runtime/objects/folder.ts";
import type { ObjectStore } from "../../runtime/objects/objects.ts";
import type { Seal } from "../../runtime/seal.ts";
import { systemWorld } from "../../runtime/world.ts";
import { createEnvelopeSeal } from "../../runtime/envelope-seal.ts";
import { temporaryFolder } from "./server.ts";

/** A mesh of memory: knows what was published to it, and can be made to fail or to forget. */
export interface ReceivingMesh extends EventPublisher, StatusQuery {
  readonly received: DocumentReceived[];
  /** Repeat numbers of all publishes that did not fail. */
  readonly repeats: number[];
  /** Publishes that fail before the next one succeeds. */
  failures: number;
  /** Publishes that are taken by the broker and never reach the mesh. */
  lost: number;
  /** False makes the mesh silent: questions fail. */
  answers: boolean;
}

/** A mesh that has seen nothing. */
export function createReceivingMesh(): ReceivingMesh {
  const received: DocumentReceived[] = [];
  const repeats: number[] = [];
  const mesh: ReceivingMesh = {
    received,
    repeats,
    failures: 0,
    lost: 0,
    answers: true,
    publishReceived: async (message, { repeat }) => {
      if (mesh.failures > 0) {
        mesh.failures -= 1;
        throw new Error("the broker is away");
      }
      repeats.push(repeat);
      if (mesh.lost > 0) mesh.lost -= 1;
      else received.push(message);
    },
    query: async (tenant, documentId) => {
      if (!mesh.answers) throw Object.assign(new Error("nobody answers"), { code: "ECONNREFUSED" });
      const found = received.find(({ head }) => head?.tenant === tenant && head.documentId === documentId);
      return found === undefined ? undefined : GetDocumentStatusResponse.fromPartial({ documentId, state: "received", revision: 1 });
    },
  };
  return mesh;
}

/** A real gateway on loopback ports with a folder store, and a client of tenant `acme`. */
export interface TestEdge extends AsyncDisposable {
  readonly edge: Edge;
  readonly mesh: ReceivingMesh;
  readonly objects: ObjectStore;
  readonly seal: Seal;
  readonly folder: string;
  readonly client: IntakeClient;
  readonly httpUrl: string;
  /** A token of the tenant with both scopes. */
  token(tenant?: string): Promise<string>;
  /** Names in the gateway's staging folder. */
  staged(): Promise<string[]>;
  /** Keys of all objects. */
  keys(): Promise<string[]>;
}

/** `options.folder` continues in the folder of an earlier gateway. */
export async function startTestEdge(
  config: Omit<EdgeConfigInput, "folder"> = {},
  options: { readonly mesh?: ReceivingMesh; readonly folder?: string } & Partial<Pick<EdgeDeps, "inboxListener" | "objects">> = {},
): Promise<TestEdge> {
  const temporary = options.folder === undefined ? await temporaryFolder() : undefined;
  const folder = options.folder ?? temporary?.path ?? "";
  await mkdir(join(folder, "objects"), { recursive: true });
  const mesh = options.mesh ?? createReceivingMesh();
  const world = systemWorld();
  const objects: ObjectStore = options.objects ?? (await createFolderObjects({ root: join(folder, "objects"), world }));
  const seal: Seal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(7), keyId: "test", world });
  const deps = { objects, seal, world, log: createLogger({ level: "silent" }), publisher: mesh, status: mesh };
  const listener = options.inboxListener === undefined ? {} : { inboxListener: options.inboxListener };
  const edge = await startEdge(
    edgeConfig({ ...config, folder: join(folder, "edge") }),
    { ...deps, ...listener },
    new AbortController().signal,
  );
  const token = async (tenant = "acme") =>
    (await edge.tokens.issue({ clientId: "test", tenant, scopes: ["documents.write", "documents.read"] })).accessToken;
  const client = createIntakeClient({ address: `127.0.0.1:${edge.grpcPort}`, token });
  return {
    edge,
    mesh,
    objects,
    seal,
    folder,
    client,
    httpUrl: `http://127.0.0.1:${edge.httpPort}`,
    token,
    staged: async () => await readdir(join(folder, "edge", "staging")),
    keys: async () => await Array.fromAsync(objects.list("", new AbortController().signal)),
    [Symbol.asyncDispose]: async () => {
      client.close();
      await edge.stop();
      await objects.close();
      await temporary?.[Symbol.asyncDispose]();
    },
  };
}
