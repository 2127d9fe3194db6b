import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import type { ModelContract } from "../client/contract.ts";
import { createTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { biobertContract } from "./biobert.ts";
import { layoutlmv3Contract } from "./layoutlmv3.ts";

/** Models that label the words of a page, by name; the first one also takes boxes and the page's picture. */
const CONTRACTS = { layoutlmv3: layoutlmv3Contract, biobert: biobertContract } as const;
/** The token that fills short rows, by the tokenizer's family. */
const PADDING = { layoutlmv3: "<pad>", biobert: "[PAD]" } as const;

export type TokenClassifierName = keyof typeof CONTRACTS;

/** What a caller must have of a model beside its weights; it stands in the model's folder of the repository. */
export interface TokenClassifier {
  readonly name: TokenClassifierName;
  readonly contract: ModelContract;
  /** In the order of the logits: `O`, `B-kind`, `I-kind`. */
  readonly labels: readonly string[];
  readonly tokenizer: Tokenizer;
  readonly paddingId: number;
}

/**
 * Reads `labels.txt` and `tokenizer.json` of a model from a repository folder. FAILED_PRECONDITION when one is missing or
 * malformed, naming the file.
 */
export async function loadTokenClassifier(repository: string, name: TokenClassifierName): Promise<TokenClassifier> {
  const labels = (await readModelFile(repository, name, "labels.txt")).split("\n").filter((line) => line !== "");
  const wrong = labels.find((label) => label !== "O" && !/^[BI]-\S+$/.test(label));
  if (labels[0] !== "O" || wrong !== undefined) {
    throw refused(name, "labels.txt", `it has "${wrong ?? labels[0] ?? ""}", every line must be O, first, or B- or I- and a kind`);
  }
  const tokenizer = createTokenizer(parsed(name, await readModelFile(repository, name, "tokenizer.json")));
  const paddingId = tokenizer.idOf(PADDING[name]);
  if (paddingId === undefined) throw refused(name, "tokenizer.json", `it has no token ${PADDING[name]}, it must have it`);
  return { name, contract: CONTRACTS[name](labels.length), labels, tokenizer, paddingId };
}

async function readModelFile(repository: string, name: string, file: string): Promise<string> {
  try {
    return await readFile(join(repository, name, file), "utf8");
  } catch (cause) {
    throw refused(name, file, "it cannot be read, it must stand in the model's folder of MODEL_REPOSITORY", cause);
  }
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(name, "tokenizer.json", "it is no JSON, it must be a tokenizer of Hugging Face's format", cause);
  }
}

function refused(name: string, file: string, states: string, cause?: unknown): PayerHubError {
  return new PayerHubError("FAILED_PRECONDITION", `reading "${file}" of model "${name}": ${states}`, { cause });
}
