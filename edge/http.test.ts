import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { documentIdOf } from "../runtime/document-id.ts";
import { systemWorld } from "../runtime/world.ts";
import { startTestEdge, type TestEdge } from "../test/servers/edge.ts";
import { hashSecret } from "./clients.ts";

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const receiptSchema = z.strictObject({ documentId: z.string(), duplicate: z.boolean(), sha256: z.string(), sizeBytes: z.number() });
const problemSchema = z.strictObject({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  message: z.string(),
});
const tokenSchema = z.strictObject({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.number(),
  scope: z.string(),
});

function formOf(bytes: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new Blob([bytes]), "fax.tif");
  return form;
}

async function post(edge: TestEdge, body: FormData | string, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = `Bearer ${await edge.token()}`;
  return await fetch(`${edge.httpUrl}/api/v1/documents/upload`, { method: "POST", body, headers: { authorization, ...headers } });
}

async function problem(response: Response): Promise<z.infer<typeof problemSchema>> {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const parsed = problemSchema.parse(await response.json());
  assert.equal(parsed.status, response.status);
  return parsed;
}

/** Everything the server says on a raw connection until it closes it. */
async function conversation(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  socket.on("error", () => {});
  if (!socket.closed) await once(socket, "close");
  return text;
}

async function rawUpload(edge: TestEdge, contentLength: number): Promise<Socket> {
  const socket = connect(edge.edge.httpPort, "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `POST /api/v1/documents/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${await edge.token()}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${contentLength}\r\n\r\n`,
  );
  return socket;
}

const FILE_START = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n';

test("an upload is created, then a duplicate; the status route knows it", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(600_000);
  const response = await post(edge, formOf(bytes, { caseId: "c-1", sender: "+15550100", sha256: digest(bytes) }));
  assert.equal(response.status, 201);
  const receipt = receiptSchema.parse(await response.json());
  assert.deepEqual(receipt, {
    documentId: documentIdOf("acme", digest(bytes)),
    duplicate: false,
    sha256: digest(bytes),
    sizeBytes: 600_000,
  });
  const again = await post(edge, formOf(bytes));
  assert.equal(again.status, 200);
  assert.deepEqual(receiptSchema.parse(await again.json()), { ...receipt, duplicate: true });
  const location = response.headers.get("location") ?? "";
  const status = await fetch(edge.httpUrl + location, { headers: { authorization: `Bearer ${await edge.token()}` } });
  assert.equal(z.object({ state: z.string() }).parse(await status.json()).state, "received");
  const foreign = await fetch(edge.httpUrl + location, { headers: { authorization: `Bearer ${await edge.token("other")}` } });
  assert.equal((await problem(foreign)).code, "NOT_FOUND");
});

test("the same bytes over gRPC and HTTP are one document", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(1_000);
  const first = receiptSchema.parse(await (await post(edge, formOf(bytes))).json());
  const second = await edge.client.submitStream({ fileName: "a", chunks: new Blob([bytes]).stream() });
  assert.deepEqual([second.documentId, second.duplicate], [first.documentId, true]);
});

test("a client gets a token for its credentials as form or JSON, within its scopes, and can work with it", async () => {
  const secretHash = await hashSecret("secret", systemWorld());
  await using edge = await startTestEdge({
    clients: [{ clientId: "site", tenant: "acme", scopes: ["documents.write", "documents.read"], secretHash }],
  });
  const url = `${edge.httpUrl}/api/v1/auth/token`;
  const grant = { grant_type: "client_credentials", client_id: "site", client_secret: "secret" };
  const byForm = await fetch(url, { method: "POST", body: new URLSearchParams({ ...grant, scope: "documents.write" }) });
  assert.equal(byForm.status, 200);
  assert.equal(byForm.headers.get("cache-control"), "no-store");
  const token = tokenSchema.parse(await byForm.json());
  assert.deepEqual([token.scope, token.expires_in], ["documents.write", 900]);
  const byJson = await fetch(url, { method: "POST", body: JSON.stringify(grant), headers: { "content-type": "application/json" } });
  assert.equal(tokenSchema.parse(await byJson.json()).scope, "documents.write documents.read");
  const upload = await post(edge, formOf(randomBytes(10)), { authorization: `Bearer ${token.access_token}` });
  assert.equal(upload.status, 201);
  const status = await fetch(edge.httpUrl + (upload.headers.get("location") ?? ""), {
    headers: { authorization: `Bearer ${token.access_token}` },
  });
  assert.equal((await problem(status)).code, "PERMISSION_DENIED");
});

test("wrong credentials, malformed grants and scopes beyond the client's are refused", async () => {
  const secretHash = await hashSecret("secret", systemWorld());
  await using edge = await startTestEdge({ clients: [{ clientId: "site", tenant: "acme", scopes: ["documents.write"], secretHash }] });
  const ask = async (grant: Record<string, string>) =>
    await problem(await fetch(`${edge.httpUrl}/api/v1/auth/token`, { method: "POST", body: new URLSearchParams(grant) }));
  const good = { grant_type: "client_credentials", client_id: "site", client_secret: "secret" };
  assert.equal((await ask({ ...good, client_secret: "wrong" })).code, "UNAUTHENTICATED");
  assert.equal((await ask({ ...good, client_id: "other" })).code, "UNAUTHENTICATED");
  assert.equal((await ask({ ...good, scope: "documents.write documents.read" })).code, "PERMISSION_DENIED");
  assert.equal((await ask({ ...good, grant_type: "password" })).code, "INVALID_ARGUMENT");
  assert.equal((await ask({ ...good, tenant: "other" })).code, "INVALID_ARGUMENT");
  assert.equal((await ask({})).code, "INVALID_ARGUMENT");
  assert.equal((await ask({ ...good, scope: "x".repeat(5_000) })).status, 413);
});

test("too many token requests of one address are refused with a time to wait", async () => {
  await using edge = await startTestEdge({ limits: { tokensPerMinute: 2 } });
  const ask = async () => await fetch(`${edge.httpUrl}/api/v1/auth/token`, { method: "POST", body: new URLSearchParams({}) });
  assert.deepEqual([(await ask()).status, (await ask()).status], [400, 400]);
  const third = await ask();
  assert.equal((await problem(third)).code, "RESOURCE_EXHAUSTED");
  assert.equal(third.status, 429);
  assert.ok(Number(third.headers.get("retry-after")) > 0);
});

test("requests without a valid token are refused with 401", async () => {
  await using edge = await startTestEdge();
  for (const authorization of ["", "Bearer x", "Basic dXNlcjpwYXNz"]) {
    const upload = await post(edge, formOf(randomBytes(10)), { authorization });
    assert.equal((await problem(upload)).code, "UNAUTHENTICATED");
    assert.equal(upload.headers.get("www-authenticate"), "Bearer");
    const status = await fetch(`${edge.httpUrl}/api/v1/documents/doc_x/status`, { headers: { authorization } });
    assert.equal((await problem(status)).code, "UNAUTHENTICATED");
  }
  assert.deepEqual(await edge.keys(), []);
});

test("malformed uploads are refused and nothing of them is kept", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(100);
  const noFile = new FormData();
  noFile.set("sender", "x");
  const twoFiles = formOf(bytes);
  twoFiles.append("file", new Blob([bytes]), "b.tif");
  const fieldAfter = formOf(bytes);
  fieldAfter.set("sender", "late");
  const wrong: Record<string, FormData> = {
    "no file": noFile,
    "two files": twoFiles,
    "field after the file": fieldAfter,
    "unknown field": formOf(bytes, { tenant: "other" }),
    "prototype field": formOf(bytes, { ["__proto__"]: "x" }),
    "long field": formOf(bytes, { sender: "x".repeat(2_000) }),
    "digest of other bytes": formOf(bytes, { sha256: digest(randomBytes(1)) }),
    "empty file": formOf(new Uint8Array(0)),
  };
  for (const [what, form] of Object.entries(wrong)) {
    const { status } = await problem(await post(edge, form));
    assert.ok(status === 400 || status === 413, `${what}: ${status}`);
  }
  for (const type of ["application/json", "text/plain", "multipart/form-data"]) {
    const { status } = await problem(await post(edge, "{}", { "content-type": type }));
    assert.ok(status >= 400 && status < 500, `${type}: ${status}`);
  }
  assert.deepEqual([await edge.staged(), await edge.keys(), edge.edge.spoolSize()], [[], [], 0]);
});

test("an upload beyond the limit is answered with 413 and nothing of it is kept", async () => {
  await using edge = await startTestEdge({ limits: { maxBytes: 100_000 } });
  const answer = await problem(await post(edge, formOf(randomBytes(100_001))));
  assert.deepEqual([answer.status, answer.code], [413, "RESOURCE_EXHAUSTED"]);
  assert.equal((await post(edge, formOf(randomBytes(100_000)))).status, 201);
  assert.deepEqual(await edge.staged(), []);
});

test("JSON bodies beyond 16 KiB are refused with 413", async () => {
  await using edge = await startTestEdge();
  const body = JSON.stringify({ grant_type: "x".repeat(20_000) });
  const response = await fetch(`${edge.httpUrl}/api/v1/auth/token`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  assert.equal((await problem(response)).status, 413);
});

test("a slow-loris body is answered with 408 at every place where it can stall", async () => {
  await using edge = await startTestEdge({ limits: { idleMs: 80, maxUploads: 1 } });
  for (const sent of [
    "",
    "--b\r\nContent-Disp",
    '--b\r\nContent-Disposition: form-data; name="sender"\r\n\r\nab',
    FILE_START,
    `${FILE_START}%PDF-`,
    `${FILE_START}%PDF-\r\n--b`,
  ]) {
    const socket = await rawUpload(edge, 1_000_000);
    socket.write(sent);
    assert.match(await conversation(socket), /^HTTP\/1\.1 408 /, JSON.stringify(sent));
  }
  assert.deepEqual([await edge.staged(), await edge.keys()], [[], []]);
  assert.equal((await post(edge, formOf(randomBytes(5)))).status, 201);
});

test("headers that do not end are answered with 408", async () => {
  await using edge = await startTestEdge({ limits: { headersMs: 100 } });
  const socket = connect(edge.edge.httpPort, "127.0.0.1");
  socket.write("GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  assert.match(await conversation(socket), /^HTTP\/1\.1 408 /);
});

test("headers above 8 KiB are refused", async () => {
  await using edge = await startTestEdge();
  const response = await fetch(`${edge.httpUrl}/health`, { headers: { "x-padding": "p".repeat(9_000) } });
  assert.equal(response.status, 431);
});

test("a body that is cut off is not taken for a whole one, and a client that leaves leaves nothing behind", async () => {
  await using edge = await startTestEdge();
  const cutOff = `${FILE_START}%PDF-1.7 half a document`;
  const short = await rawUpload(edge, cutOff.length);
  short.write(cutOff);
  assert.match(await conversation(short), /^HTTP\/1\.1 400 /);
  const gone = await rawUpload(edge, 1_000_000);
  gone.write(cutOff);
  while ((await edge.staged()).length === 0) await delay(5);
  gone.destroy();
  while ((await edge.staged()).length > 0) await delay(5);
  assert.deepEqual([await edge.keys(), edge.edge.spoolSize()], [[], 0]);
});

test("health is up, readiness follows the room in the spool, unknown routes are problems", async () => {
  await using edge = await startTestEdge({ limits: { maxSpoolEntries: 1 } });
  assert.equal((await fetch(`${edge.httpUrl}/health`)).status, 200);
  assert.equal((await fetch(`${edge.httpUrl}/ready`)).status, 200);
  edge.mesh.answers = false;
  assert.equal((await post(edge, formOf(randomBytes(5)))).status, 201);
  assert.equal((await fetch(`${edge.httpUrl}/ready`)).status, 503);
  const refused = await post(edge, formOf(randomBytes(6)));
  assert.equal((await problem(refused)).status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal((await problem(await fetch(`${edge.httpUrl}/api/v1/documents`))).code, "NOT_FOUND");
});

test("stop lets a running upload finish", async () => {
  const edge = await startTestEdge();
  const body = `${FILE_START}%PDF-\r\n--b--\r\n`;
  const socket = await rawUpload(edge, body.length);
  socket.write(body.slice(0, -5));
  while ((await edge.staged()).length === 0) await delay(5);
  const stopping = edge.edge.stop();
  const answer = conversation(socket);
  await delay(50);
  socket.write(body.slice(-5));
  assert.match(await answer, /^HTTP\/1\.1 201 /);
  await stopping;
  await edge[Symbol.asyncDispose]();
});
