#!/usr/bin/env node
import { join } from "node:path";
import { userInfo } from "node:os";
import { Command } from "commander";
import { PayerHubError } from "../runtime/error.ts";
import { createLogger } from "../runtime/log.ts";
import { openEmbeddedSeal } from "../runtime/embedded-seal.ts";
import { systemWorld } from "../runtime/world.ts";
import { addModels } from "./add-models.ts";
import { auditVerify } from "./audit.ts";
import type { CommandIo } from "./command-io.ts";
import { type UpConfig, upConfigFrom } from "./config.ts";
import { listDocuments } from "./documents.ts";
import { EXIT, runCommand } from "./exit-code.ts";
import { openDesk } from "./open-desk.ts";
import { type ReviewContext, reviewList, reviewRetry, reviewSettle, reviewShow } from "./review.ts";
import { showStatus, submitFiles } from "./submit.ts";
import { startUp } from "./up.ts";

const io: CommandIo = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** What every command is given. */
interface Invocation {
  readonly config: UpConfig;
  readonly signal: AbortSignal;
}

function addUp(program: Command, { config, signal }: Invocation): void {
  program
    .command("up")
    .description("bring the whole system up on this machine and serve until Ctrl-C")
    .option("--inbox <folder>", "watch this folder")
    .action(async (options: { inbox?: string }) => {
      const given = options.inbox === undefined ? config : { ...config, inbox: options.inbox };
      const up = await startUp(
        given,
        { log: createLogger({ level: config.logLevel }), onStarting: (what) => io.err(`starting ${what}`) },
        signal,
      );
      io.out(
        `gRPC intake 127.0.0.1:${up.edge.grpcPort}\nHTTP intake http://127.0.0.1:${up.edge.httpPort}\ncredentials ${up.credentialsPath}`,
      );
      if (!signal.aborted) await new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true }));
      await up.stop();
    });
}

function addIntake(program: Command, { config, signal }: Invocation): void {
  program
    .command("submit <files...>")
    .description("submit files to the running gateway over gRPC")
    .option("--json", "one JSON line a file")
    .action(async (files: string[], options: { json?: boolean }) => {
      process.exitCode = await submitFiles({ io, config, signal, json: options.json === true }, files);
    });
  program
    .command("status <document>")
    .description("what became of one document")
    .option("--json", "one JSON line")
    .action(async (documentId: string, options: { json?: boolean }) => {
      process.exitCode = await showStatus({ io, config, signal, json: options.json === true }, documentId);
    });
  program
    .command("documents")
    .description("documents in one state")
    .option("--state <state>", "for example quarantined, in_review, delivered", "quarantined")
    .option("--limit <count>", "most documents shown", "50")
    .option("--json", "one JSON line a document")
    .action(async (options: { state: string; limit: string; json?: boolean }) => {
      process.exitCode = await runCommand(io, "listing documents", async () => {
        await using open = await openDesk(config, signal);
        const context = { documents: open.documents, io, tenant: config.tenant, json: options.json === true, signal };
        return await listDocuments(context, { state: options.state, limit: Number(options.limit) });
      });
    });
}

type DeskCommand = (context: ReviewContext) => Promise<number>;

async function atDesk({ config, signal }: Invocation, json: boolean, command: DeskCommand): Promise<void> {
  process.exitCode = await runCommand(io, "opening the review desk", async () => {
    await using open = await openDesk(config, signal);
    return await command({ desk: open.desk, io, tenant: config.tenant, reviewer: userInfo().username, json, nowMs: Date.now(), signal });
  });
}

interface ReviewFlags {
  readonly json?: boolean;
  readonly purpose?: string;
}

const purposeOf = (flags: ReviewFlags) => (flags.purpose === undefined ? {} : { purpose: flags.purpose });

function addReview(program: Command, invocation: Invocation): void {
  const review = program.command("review").description("the queue of documents that need a person");
  review
    .command("list")
    .option("--state <state>", "open, claimed or settled", "open")
    .option("--type <type>", "document type")
    .option("--payer <payer>", "payer id")
    .option("--limit <count>", "most items shown", "50")
    .option("--json", "one JSON line an item")
    .action(async (flags: ReviewFlags & { state: "open" | "claimed" | "settled"; type?: string; payer?: string; limit: string }) => {
      const filter = {
        ...(flags.type === undefined ? {} : { type: flags.type }),
        ...(flags.payer === undefined ? {} : { payer: flags.payer }),
      };
      await atDesk(
        invocation,
        flags.json === true,
        async (context) => await reviewList(context, { state: flags.state, limit: Number(flags.limit), ...filter }),
      );
    });
  review
    .command("show <document>")
    .option("--reveal", "show values unmasked; needs --purpose and is audited")
    .option("--purpose <code>", "HL7 PurposeOfUse code, for example COVERAGE")
    .option("--json", "one JSON object")
    .action(async (documentId: string, flags: ReviewFlags & { reveal?: boolean }) => {
      await atDesk(
        invocation,
        flags.json === true,
        async (context) => await reviewShow(context, { documentId, reveal: flags.reveal === true, ...purposeOf(flags) }),
      );
    });
  review
    .command("settle <document>")
    .option("--reject", "the document is not to be processed")
    .option("--verdict <file>", "JSON with corrected type, decision and fields; without it the fields are accepted as read")
    .option("--purpose <code>", "HL7 PurposeOfUse code")
    .option("--json", "one JSON object")
    .action(async (documentId: string, flags: ReviewFlags & { reject?: boolean; verdict?: string }) => {
      const outcome = flags.reject === true ? "reject" : "accept";
      const verdict = flags.verdict === undefined ? {} : { verdictPath: flags.verdict };
      await atDesk(
        invocation,
        flags.json === true,
        async (context) => await reviewSettle(context, { documentId, outcome, ...verdict, ...purposeOf(flags) }),
      );
    });
  review
    .command("retry <document>")
    .description("send a quarantined or withheld document through the flow again")
    .option("--purpose <code>", "HL7 PurposeOfUse code")
    .option("--json", "one JSON object")
    .action(async (documentId: string, flags: ReviewFlags) => {
      await atDesk(invocation, flags.json === true, async (context) => await reviewRetry(context, { documentId, ...purposeOf(flags) }));
    });
}

function addAudit(program: Command, { config, signal }: Invocation): void {
  program
    .command("audit")
    .description("the append-only record of every access to PHI")
    .command("verify")
    .option("--pinned <entry:hash>", "a checkpoint kept elsewhere")
    .option("--json", "one JSON line a log")
    .action(async (options: { pinned?: string; json?: boolean }) => {
      process.exitCode = await runCommand(io, "verifying the audit logs", async () => {
        const seal = await openEmbeddedSeal(config.home, systemWorld());
        const pinned = options.pinned === undefined ? {} : { pinned: options.pinned };
        return await auditVerify(io, { folder: join(config.home, "audit"), seal, json: options.json === true, signal, ...pinned });
      });
    });
}

const EXAMPLES = `
Examples:
  payerhub up --inbox ./faxes
  payerhub submit fax.tif letter.pdf
  payerhub status doc_43xw7xgfc5brqff50qa7e1jd5h
  payerhub documents --state quarantined
  payerhub review list
  payerhub review show doc_43xw7xgfc5brqff50qa7e1jd5h
  payerhub review settle doc_43xw7xgfc5brqff50qa7e1jd5h --verdict corrected.json
  payerhub audit verify
  payerhub models list
`;

const stopping = new AbortController();
const interrupt = () => stopping.abort(new PayerHubError("CANCELLED", "running the command: it was interrupted"));
process.once("SIGINT", interrupt);
process.once("SIGTERM", interrupt);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failure));

const program = new Command("payerhub")
  .description("Reads what payers send and delivers it to patient service hubs.")
  .addHelpText("after", EXAMPLES);
// Before the commands are added: each takes this over from the program when it is made.
program.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
});
const invocation: Invocation = { config: upConfigFrom(), signal: stopping.signal };
addUp(program, invocation);
addIntake(program, invocation);
addReview(program, invocation);
addAudit(program, invocation);
addModels(program, { io, ...invocation });
process.exitCode = EXIT.ok;
await program.parseAsync(process.argv);
