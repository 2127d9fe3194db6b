import type { DecisionName } from "./data/decisions.ts";
import { STATEMENT_CUES } from "./data/decisions.ts";
import { isBoilerplate, phraseDecision, sentencesOf } from "./decision-phrases.ts";
import type { Paragraph } from "./paragraphs.ts";
import type { Token } from "./tokens.ts";

const TITLE_WEIGHT = 3;
const CUE_WEIGHT = 2;
const PLAIN_WEIGHT = 1;
/** Both approval and denial must speak at least this loud before a letter counts as mixed. */
const MIXED_WEIGHT = 2;
/** Ties are broken towards the answer that makes nobody act on a grant that was not given. */
const CAUTION: readonly DecisionName[] = ["denied", "pended", "partially_approved", "modified", "cancelled", "approved"];

export interface DecisionVote {
  readonly decision: DecisionName;
  readonly weight: number;
  readonly tokens: readonly Token[];
}

export interface DecisionFinding {
  readonly decision: DecisionName;
  /** Weight of the winner as a share of all votes. */
  readonly share: number;
  /** The votes for it; where approval and denial together made it, all of them. */
  readonly votes: readonly DecisionVote[];
}

const cues = new RegExp(STATEMENT_CUES.join("|"));

/** Every statement of a decision in the letter, boilerplate left out. */
export function decisionVotes(paragraphs: readonly Paragraph[]): DecisionVote[] {
  return paragraphs
    .filter((paragraph) => !paragraph.options)
    .flatMap((paragraph) =>
      sentencesOf(paragraph.text).flatMap((sentence) => {
        const found = isBoilerplate(sentence) ? undefined : phraseDecision(sentence);
        return found === undefined
          ? []
          : [{ decision: found.decision, weight: weightOf(paragraph, sentence), tokens: tokensOf(paragraph, sentence) }];
      }),
    );
}

function weightOf(paragraph: Paragraph, sentence: string): number {
  if (paragraph.title) return TITLE_WEIGHT;
  return cues.test(sentence.toLowerCase()) ? CUE_WEIGHT : PLAIN_WEIGHT;
}

function tokensOf(paragraph: Paragraph, sentence: string): Token[] {
  const words = new Set(sentence.split(/\s+/));
  return paragraph.tokens.filter((token) => words.has(token.text));
}

/** The decision the votes add up to; undefined without any. Loud approval beside loud denial is a partial approval. */
export function decide(votes: readonly DecisionVote[]): DecisionFinding | undefined {
  const weights = new Map<DecisionName, number>();
  for (const vote of votes) weights.set(vote.decision, (weights.get(vote.decision) ?? 0) + vote.weight);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return undefined;
  const weight = (name: DecisionName) => weights.get(name) ?? 0;
  const mixed = weight("approved") >= MIXED_WEIGHT && weight("denied") >= MIXED_WEIGHT;
  const refined = refine(weight);
  const decision = refined ?? (mixed ? "partially_approved" : loudest(weight));
  const share = refined === undefined && mixed ? 0.5 : (weight(decision) + supporting(decision, weight)) / total;
  const own = votes.filter((vote) => vote.decision === decision);
  return { decision, share, votes: own.length > 0 ? own : votes };
}

/** `approved as modified` also says `approved`: the finer word wins when it is said clearly at all. */
function refine(weight: (name: DecisionName) => number): DecisionName | undefined {
  if (weight("partially_approved") >= MIXED_WEIGHT) return "partially_approved";
  if (weight("modified") >= MIXED_WEIGHT && weight("denied") < weight("modified")) return "modified";
  return undefined;
}

/** Votes for the coarser word do not speak against the finer one. */
function supporting(decision: DecisionName, weight: (name: DecisionName) => number): number {
  if (decision === "modified") return weight("approved");
  return decision === "partially_approved" ? weight("approved") + weight("denied") : 0;
}

function loudest(weight: (name: DecisionName) => number): DecisionName {
  return CAUTION.reduce((best, name) => (weight(name) > weight(best) ? name : best));
}
