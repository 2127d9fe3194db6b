import type { TypeName, ValueKind } from "./field-labels.ts";

/** A wording after which a value stands in running text. */
export interface ProseRule {
  readonly field: string;
  readonly kind: ValueKind;
  /** Regular expression over the paragraph, case ignored; the value follows its match. */
  readonly before: string;
  readonly types?: readonly TypeName[];
}

export const PROSE_RULES: readonly ProseRule[] = [
  { field: "eligibility.status", kind: "active", before: "(?:coverage|member|policy|eligibility)(?: status)? (?:is|was)(?: currently)?:?", types: ["eligibility"] },
  { field: "plan.name", kind: "plan", before: "(?:enrolled in|covered (?:under|by)|your plan|member of|plan name is)(?: the)?", types: ["eligibility", "benefit", "letter"] },
  { field: "appeal.level", kind: "level", before: "(?:re|subject|regarding|this is an?|requesting an?|request for an?|submitting an?|filing an?|file an?):?", types: ["appeal"] },
  { field: "benefit.deductible_cents", kind: "money", before: "deductible(?: amount)? (?:is|of|:)", types: ["benefit", "eligibility"] },
  { field: "benefit.deductible_met_cents", kind: "money", before: "(?:so far|to date|already|met)", types: ["benefit", "eligibility"] },
  { field: "benefit.out_of_pocket_max_cents", kind: "money", before: "out-of-pocket (?:maximum|max|limit)(?: amount)? (?:is|of|:)", types: ["benefit", "eligibility"] },
  { field: "benefit.copay_cents", kind: "money", before: "(?:copay|copayment|co-pay)(?: amount)? (?:is|of|:)", types: ["benefit", "eligibility"] },
  { field: "benefit.coinsurance_percent", kind: "percent", before: "coinsurance(?: rate| share)? (?:is|of|:)", types: ["benefit", "eligibility"] },
  { field: "coverage.effective_date", kind: "date", before: "(?:plan|benefit) year (?:that )?(?:began|begins|starting|starts|beginning)(?: on)?", types: ["benefit", "eligibility"] },
  { field: "provider.phone", kind: "phone", before: "(?:call (?:me )?at|reached at|reach me at|peer-to-peer call at|my office at|contact me at)", types: ["appeal", "pa"] },
  { field: "provider.name", kind: "name", before: "(?:a claim from|claim submitted by|services (?:from|by|provided by)|care (?:from|by)|claim by|visit with)", types: ["eob", "claim"] },
  { field: "services[0].units", kind: "integer", before: "(?:hcpcs|cpt|j-code|code):? [\\]a-z0-9]{5},?(?: for| x)?", types: ["pa", "letter", "appeal"] },
  { field: "request.urgency", kind: "urgency", before: "(?:this is an?|please treat this as an?|request is|submitted as an?)", types: ["pa"] },
  { field: "request.date", kind: "date", before: "(?:request|submission)(?: that)?(?: (?:we|was))? (?:received|dated|submitted|sent|made)(?: by us)?(?: on)?", types: ["letter", "appeal"] },
  { field: "authorization.units", kind: "unit_count", before: "(?:for|total of|up to|approved)", types: ["letter"] },
  { field: "authorization.start_date", kind: "date", before: "(?:valid|effective|approved|authori[sz]ed|approval is|good|period)(?: \\w+){0,6}? (?:from|beginning|starting|as of|on|:)", types: ["letter"] },
  { field: "authorization.start_date", kind: "date", before: "(?:for (?:service )?dates(?: of service)?(?: from)?|from|between|begins(?: on)?|begin date|starts(?: on)?|valid)", types: ["letter"] },
  { field: "authorization.end_date", kind: "date", before: "(?:\\d{4},?|[a-z]{3,9} \\d{1,2}, \\d{4},?|\\d{2}-[a-z]{3}-\\d{4},?|\\d{2}) (?:through|to|until|thru|and|-|–)", types: ["letter"] },
  { field: "authorization.end_date", kind: "date", before: "(?:expires?|ends?|ending|valid (?:through|until|to)|good through)(?: on)?", types: ["letter"] },
  { field: "appeal.deadline_date", kind: "date", before: "(?:appeal|dispute)[^.]{0,90}? (?:by|before|no later than|not later than|on or before|until)", types: ["letter"] },
  { field: "appeal.deadline_date", kind: "date", before: "(?:must (?:be received|reach us|receive it|arrive|be filed)|deadline(?: to appeal| for (?:an )?appeal)?(?: is)?)(?: by| on or before| no later than)?", types: ["letter"] },
  { field: "authorization.number", kind: "identifier", before: "(?:authori[sz]ation|reference|auth|case|approval|certification|request|determination)(?: (?:number|no\\.?|id|#))?(?: (?:is|was|of))?:?", types: ["letter", "appeal"] },
  { field: "member.id", kind: "identifier", before: "(?:member|identification|subscriber|policy|insurance) (?:id|number|i\\.d\\.|id number|no\\.?)(?: (?:is|was))?:?" },
  { field: "member.id", kind: "identifier", before: "\\(id:?" },
  { field: "member.date_of_birth", kind: "date", before: "(?:born(?: on)?|date of birth|dob|d\\.o\\.b\\.)(?: (?:is|was|of))?:?,?" },
  { field: "member.name", kind: "name", before: "(?:my patient|your patient|our member|the member|our patient|the patient|on behalf of|member name|patient name|behalf of (?:my patient|our member)),?(?: (?:is|named))?:?,?", types: ["letter", "appeal", "record", "eob", "eligibility", "benefit"] },
  { field: "provider.npi", kind: "npi", before: "npi(?: (?:number|no\\.?|#|is))?:?" },
  { field: "provider.name", kind: "name", before: "(?:seen by|ordered by|prescribed by|signed by|reviewed by dr|requested by|treating (?:provider|physician)|(?:with|by|from) dr)\\.?:?" },
  { field: "group.number", kind: "identifier", before: "group (?:number|no\\.?|id)(?: is)?:?" },
  { field: "claim.number", kind: "identifier", before: "claim (?:number|no\\.?|#|id)(?: is)?:?", types: ["claim", "eob"] },
  { field: "denial.reason", kind: "text", before: "(?:the reason (?:for (?:this|our|the) (?:decision|denial|determination) )?(?:is|was)(?: that| because)?|reason for (?:the )?denial(?: is)?|denied because|denied for (?:this|the following) reason|because|based on the following(?: reason)?|rationale|not approved because|reason for (?:this|our) (?:decision|determination)(?: is)?)[:,]?", types: ["letter"] },
  { field: "pend.requested_information", kind: "text", before: "(?:please (?:send|submit|provide|fax|supply)(?: us)?(?: the following)?(?: information)?|(?:information|documents?|documentation|records) (?:needed|required|requested)(?: is| are)?|we need(?: the following)?(?: information)?)[:,]?", types: ["letter"] },
  { field: "appeal.reason", kind: "text", before: "(?:(?:grounds|basis|reason) (?:for|of) (?:this |the |our )?appeal(?: is| are)?(?: that)?|appeal(?:ing)? because|should be (?:overturned|reversed|approved) because)[:,]?", types: ["appeal"] },
  { field: "encounter.date", kind: "date", before: "(?:seen (?:on|in clinic on)|visit (?:on|of|date)|encounter (?:on|date)|evaluated on|date of service)(?: is)?:?", types: ["record"] },
  { field: "letter.date", kind: "date", before: "(?:letter|notice) (?:dated|date)(?: is)?:?", types: ["letter"] },
  { field: "coverage.effective_date", kind: "date", before: "(?:coverage (?:is |was )?(?:effective|active since|began|begins|starts|started)|effective|active (?:since|as of|from))(?: on| date| from| is)*:?", types: ["eligibility", "benefit"] },
  { field: "coverage.end_date", kind: "date", before: "(?:coverage (?:ended|ends|terminated|terminates)|through|terminated)(?: on| date)*:?", types: ["eligibility"] },
];
