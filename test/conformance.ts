#!/usr/bin/env node
// npm run conformance -- record                 plays every case against real Triton and writes the vectors
// npm run conformance -- check                  plays the vectors against real Triton and the embedded server
// npm run conformance -- check triton           against one of them; also: embedded
// npm run conformance -- check HOST:PORT        against a server that runs and serves the kit's models
import { readFile, writeFile } from "node:fs/promises";
import { ASIDES } from "../inference/conformance/asides.ts";
import { CASES } from "../inference/conformance/cases.ts";
import { type Contender, compareOutcomes } from "../inference/conformance/compare.ts";
import { playSteps } from "../inference/conformance/play.ts";
import { type Outcome, type Vector, vectorsSchema } from "../inference/conformance/vector.ts";
import { createTritonClient } from "../inference/client/triton.ts";
import { startKitServer, startKitTriton } from "./servers/conformance-kit.ts";

const FILE = new URL("../inference/conformance/vectors.json", import.meta.url);
const { signal } = new AbortController();

async function record(): Promise<void> {
  await using triton = await startKitTriton();
  const client = createTritonClient({ endpoint: triton.endpoint, minimumVersion: "0" });
  const { name, version } = await client.serverMetadata({ signal });
  client.close();
  const vectors: Vector[] = [];
  for (const { name: caseName, steps } of CASES) {
    const outcomes = await playSteps(triton.endpoint, steps);
    const aside = ASIDES.find((candidate) => candidate.name === caseName);
    const { reason = "", outcomes: own = [] } = aside ?? {};
    const common = { name: caseName, steps, outcomes: [...outcomes] };
    vectors.push(aside === undefined ? common : { ...common, aside: { reason, outcomes: [...own] } });
  }
  await writeFile(FILE, `${JSON.stringify(vectorsSchema.parse({ server: name, version, vectors }), null, 1)}\n`);
  process.stdout.write(`${vectors.length} vectors recorded from ${name} ${version}\n`);
}

async function check(endpoint: string, contender: Contender): Promise<boolean> {
  const { vectors } = vectorsSchema.parse(JSON.parse(await readFile(FILE, "utf8")));
  let differing = 0;
  for (const vector of vectors) {
    const found: readonly Outcome[] = await playSteps(endpoint, vector.steps);
    const differences = compareOutcomes(vector, found, contender);
    if (differences.length > 0) differing += 1;
    for (const difference of differences) process.stdout.write(`${contender}: ${vector.name}: ${difference}\n`);
  }
  const aside = contender === "embedded" ? vectors.filter((vector) => vector.aside !== undefined).length : 0;
  process.stdout.write(`${contender}: ${vectors.length - differing} of ${vectors.length} equal, ${aside} of them with a reason aside\n`);
  return differing === 0;
}

async function checkTriton(): Promise<boolean> {
  await using triton = await startKitTriton();
  return await check(triton.endpoint, "triton");
}

async function checkEmbedded(): Promise<boolean> {
  await using server = await startKitServer();
  return await check(server.endpoint, "embedded");
}

async function checkOne(target: string | undefined): Promise<boolean> {
  if (target === "triton") return await checkTriton();
  if (target === "embedded") return await checkEmbedded();
  if (target !== undefined) return await check(target, "embedded");
  const real = await checkTriton();
  return (await checkEmbedded()) && real;
}

const [command, target] = process.argv.slice(2);
if (command === "record") await record();
else if (command === "check") process.exitCode = (await checkOne(target)) ? 0 : 1;
else {
  process.stderr.write('Cannot run the kit: the command is not known, it must be "record" or "check [triton|embedded|HOST:PORT]"\n');
  process.exitCode = 2;
}
