import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import type { PayerHubError } from "../../runtime/error.ts";
import { systemWorld } from "../../runtime/world.ts";
import { sliceEndpoints } from "./slice-endpoints.ts";

const PATH = "/apis/discovery.k8s.io/v1/namespaces/models/endpointslices";

interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean; readonly terminating?: boolean };
}

const slice = (name: string, version: number, endpoints: readonly Endpoint[] | null, port = 8001) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name, namespace: "models", resourceVersion: String(version) },
  addressType: "IPv4",
  endpoints,
  ports: [
    { name: "http", port: 8000 },
    { name: "grpc", port },
  ],
});
const pod = (address: string, conditions: Endpoint["conditions"] = { ready: true }): Endpoint => ({ addresses: [address], conditions });

/** An HTTP server that speaks the API server's list and watch. */
async function startApi(items: () => readonly unknown[]) {
  const watches: { readonly url: URL; readonly response: ServerResponse }[] = [];
  const arrived: ((watch: (typeof watches)[number]) => void)[] = [];
  const state = { lists: 0, failing: false };
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? "/", "http://api");
    if (state.failing || url.pathname !== PATH) return response.writeHead(500).end();
    response.writeHead(200, { "content-type": "application/json" });
    if (url.searchParams.get("watch") === "true") {
      response.flushHeaders();
      const watch = { url, response };
      watches.push(watch);
      arrived.shift()?.(watch);
      return undefined;
    }
    state.lists += 1;
    assert.equal(url.searchParams.get("labelSelector"), "kubernetes.io/service-name=triton");
    return response.end(
      JSON.stringify({ kind: "EndpointSliceList", apiVersion: "discovery.k8s.io/v1", metadata: { resourceVersion: "10" }, items: items() }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const kubeConfig = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
  const nextWatch = async () => await new Promise<(typeof watches)[number]>((resolve) => arrived.push(resolve));
  return {
    state,
    nextWatch,
    kubeConfig,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const send = (response: ServerResponse, type: string, object: unknown) => void response.write(`${JSON.stringify({ type, object })}\n`);

function open(kubeConfig: string) {
  const stop = new AbortController();
  const failures: PayerHubError[] = [];
  const options = { namespace: "models", service: "triton", port: "grpc", kubeConfig, world: systemWorld() };
  const source = sliceEndpoints({ ...options, onFailure: (error) => failures.push(error) });
  const sets = source.watch(stop.signal)[Symbol.asyncIterator]();
  const next = async () => (await sets.next()).value;
  return { stop, next, failures };
}

describe("sliceEndpoints", () => {
  it("lists ready pods of the named port and follows the watch", async () => {
    const ready = [
      pod("10.0.0.2"),
      pod("10.0.0.1", {}),
      pod("10.0.0.3", { ready: false }),
      pod("10.0.0.4", { ready: true, terminating: true }),
    ];
    await using api = await startApi(() => [slice("a", 8, ready), slice("b", 9, null)]);
    const { stop, next } = open(api.kubeConfig);
    const watching = api.nextWatch();
    assert.deepEqual(await next(), ["10.0.0.1:8001", "10.0.0.2:8001"]);
    const { url, response } = await watching;
    assert.deepEqual([url.searchParams.get("resourceVersion"), url.searchParams.get("allowWatchBookmarks")], ["10", "true"]);
    send(response, "MODIFIED", slice("b", 11, [pod("fd00::1")]));
    assert.deepEqual(await next(), ["10.0.0.1:8001", "10.0.0.2:8001", "[fd00::1]:8001"]);
    send(response, "DELETED", slice("a", 12, []));
    assert.deepEqual(await next(), ["[fd00::1]:8001"]);
    send(response, "ADDED", slice("c", 13, [pod("10.0.0.9")], 9001));
    assert.deepEqual(await next(), ["10.0.0.9:9001", "[fd00::1]:8001"]);
    stop.abort();
    assert.equal(await next(), undefined);
  });

  it("goes on from the last version when a watch ends, bookmarks counted", async () => {
    await using api = await startApi(() => [slice("a", 8, [pod("10.0.0.1")])]);
    const { stop, next } = open(api.kubeConfig);
    const first = api.nextWatch();
    await next();
    const { response } = await first;
    const second = api.nextWatch();
    send(response, "BOOKMARK", { metadata: { resourceVersion: "25" } });
    response.end();
    const again = await second;
    assert.equal(again.url.searchParams.get("resourceVersion"), "25");
    send(again.response, "MODIFIED", slice("a", 26, [pod("10.0.0.7")]));
    assert.deepEqual(await next(), ["10.0.0.7:8001"]);
    assert.equal(api.state.lists, 1);
    stop.abort();
  });

  it("lists anew after a version that is too old, and keeps the last set while the API server is away", async () => {
    let address = "10.0.0.1";
    await using api = await startApi(() => [slice("a", 8, [pod(address)])]);
    const { stop, next, failures } = open(api.kubeConfig);
    const first = api.nextWatch();
    assert.deepEqual(await next(), ["10.0.0.1:8001"]);
    const { response } = await first;
    api.state.failing = true;
    address = "10.0.0.2";
    const second = api.nextWatch();
    send(response, "ERROR", { kind: "Status", code: 410, reason: "Expired" });
    const after = next();
    api.state.failing = false;
    assert.deepEqual(await after, ["10.0.0.2:8001"]);
    const { response: later } = await second;
    later.write("this is no event\n");
    send(later, "MODIFIED", { metadata: "no slice" });
    address = "10.0.0.3";
    assert.deepEqual(await next(), ["10.0.0.3:8001"]);
    assert.equal(failures[0]?.code, "ABORTED");
    stop.abort();
  });
});
