/** Decisions of a payer on a request, as mesh/fields.ts lists them. */
export type DecisionName = "approved" | "denied" | "pended" | "modified" | "partially_approved" | "cancelled";

export interface DecisionPhrase {
  readonly decision: DecisionName;
  /** Regular expression over lower-case text with single spaces. */
  readonly pattern: string;
}

const WE = "(?:has been|have been|was|were|is|are|been)";

/**
 * What a sentence says about a request. Earlier rows win where several match the same words, so negations and mixtures
 * come before the plain word they contain.
 */
export const DECISION_PHRASES: readonly DecisionPhrase[] = [
  { decision: "partially_approved", pattern: "partial(?:ly)?[ -]?(?:approv\\w+|authori[sz]\\w+|denied|denial|favou?rable)" },
  { decision: "partially_approved", pattern: "approved in part|denied in part|in part approved|approv\\w+ (?:some|part) of|some (?:of the )?(?:items|services) (?:\\w+ )?(?:were|are|have been) (?:not )?approved" },
  { decision: "modified", pattern: `(?:approved|authori[sz]ed) (?:as modified|with (?:changes|modifications?|a modification))|${WE} modified|modified approval|approval (?:as )?modified|modification of (?:your )?request|^\\W*modified\\W*$|approved (?:a|for a) (?:different|lesser|reduced|lower) (?:amount|quantity|dose|number)` },
  { decision: "pended", pattern: `(?:more|additional|further) (?:clinical )?information (?:is|was) (?:needed|required|requested)|need (?:more|additional|further) (?:clinical )?information|${WE} (?:pended|placed on hold|pending)|(?:unable|not able) to (?:make|reach) a (?:decision|determination)|cannot (?:make|complete) (?:a|our) (?:decision|determination|review)|pended for|request (?:is )?pending|under review|no decision (?:has been|was) made|not yet (?:been )?(?:approved|decided)|remains pending|\\bpend(?:ed|ing)\\b` },
  { decision: "cancelled", pattern: `${WE} (?:cancell?ed|withdrawn|voided)|request (?:was )?(?:cancell?ed|withdrawn)|\\bcancell?ed\\b|\\bcancellation\\b|\\bwithdrawn\\b|\\bvoided\\b` },
  { decision: "denied", pattern: `(?:has|have|was|were|is|are|be|been|do|does|did|can|could|will)\\s?(?:not|n'?t)(?: be| been)? (?:be |been )?(?:approv\\w+|authori[sz]\\w+|certif\\w+|cover(?:ed)?|granted?)|cannot (?:be )?(?:approve|authori[sz]e|cover|certify)\\w*|(?:unable|not able) to (?:approve|authori[sz]e|cover|certify)|not (?:been )?(?:approved|authori[sz]ed|certified|medically necessary)|(?:is|was) non-?certified|adverse (?:benefit )?determination|declin(?:e|ed) to (?:approve|cover)|${WE} (?:denied|declined|rejected|disapproved)|we (?:denied|declined)|denial of|notice of denial|\\bden(?:ied|ial)\\b|\\bdisapproved\\b|\\bunfavou?rable\\b` },
  { decision: "approved", pattern: `${WE} (?:approved|authori[sz]ed|certified|granted)|we (?:have )?(?:approved|authori[sz]ed)|notice of approval|approval (?:notice|letter|of)|\\bapproved\\b|\\bfavou?rable\\b|\\bcertified\\b|\\bauthori[sz]ed\\b|\\bapproval\\b` },
];

/** Sentences with these words speak of what may happen, of rights or of rules, not of this request. */
export const BOILERPLATE: readonly string[] = [
  "right to appeal", "if you disagree", "if (?:your|the|this) (?:request|claim|appeal|authori[sz]ation|coverage|service)", "if (?:we|you|it|additional|more|any)\\b", "you (?:may|can|have the right)", "your (?:provider|doctor|prescriber) (?:may|can)",
  "appeal (?:rights|process|request)", "does not guarantee", "not a guarantee", "guarantee (?:of )?payment", "may be (?:denied|approved|delayed|subject|cancell?ed|closed|withdrawn)", "will be (?:denied|closed|withdrawn|cancell?ed|approved)", "could (?:be|result)", "can be (?:denied|approved)", "unless", "when (?:a|your|the) (?:request|claim)",
  "in the past", "previous(?:ly)? (?:approved|denied|request)", "earlier (?:approved|denied|request)", "external review", "independent review", "confidential", "federal law", "discriminat", "should (?:be|you)", "would be", "must be (?:approved|received)", "to (?:be approved|continue)", "complaint", "grievance", "expedited (?:appeal|review)", "department of (?:insurance|labor)",
];

/** Field labels and headings that hold a decision's word without stating one. */
export const LABEL_LIKE: readonly string[] = [
  "^(?:approved|authori[sz]ed|denied|approval|authori[sz]ation|denial)\\W+(?:from|through|thru|to|until|units?|quantity|amount|by|on|dates?|number|no|id|start|end|begin|expiration|reason|reasons|code|reference|period|rationale|status)\\b",
  "^(?:units?|quantity|amount) (?:approved|authori[sz]ed|denied)",
  "^(?:reason|basis|rationale) for (?:the )?(?:denial|approval|determination)",
  "^(?:prior )?authori[sz]ation (?:department|request|form|number|status notice)",
];

/** Words that mark the sentence or heading which states the decision. */
export const STATEMENT_CUES: readonly string[] = ["we have (?:reviewed|completed|approved|denied|decided|made)", "your request", "the request", "this request", "our decision", "decision:", "determination:", "status:", "outcome:", "this letter", "notice of", "we (?:are )?(?:unable|cannot|approved|denied|need)", "following (?:service|medication|drug|request)", "re:"];
