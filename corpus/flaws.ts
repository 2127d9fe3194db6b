import { ACTED_ON } from "../mesh/fields.ts";
import type { DocumentType } from "../proto/document/v1/document.pb.ts";
import type { Case } from "./case.ts";
import type { DrawRequest } from "./documents/draw-document.ts";
import { npiCheckDigit } from "./people.ts";
import type { Random } from "./random.ts";
import type { Values } from "./values.ts";

/** What is wrong with a document on purpose: a hub must not act on it unseen. */
export type Flaw = "missing-field" | "two-member-ids" | "npi-check-digit" | "two-decisions";

export interface FlawPlan {
  readonly why: string;
  readonly draw: Pick<DrawRequest, "spoil" | "append">;
}

/** Fields that every layout of a kind prints as a blank when left out. */
const OMITTABLE: ReadonlySet<string> = new Set([
  "member.id",
  "member.date_of_birth",
  "provider.npi",
  "claim.number",
  "group.number",
  "lab.accession",
  "prescription.written_date",
  "drug.quantity",
  "authorization.number",
]);

/** Plans a flaw. A flaw that does not fit the type becomes a missing field. */
export function planFlaw(flaw: Flaw, type: DocumentType, random: Random): FlawPlan {
  const asked = ACTED_ON[type] ?? [];
  if (flaw === "two-member-ids" && asked.includes("member.id")) return twoMemberIds(random);
  if (flaw === "npi-check-digit" && asked.includes("provider.npi")) return wrongNpi();
  if (flaw === "two-decisions" && asked.includes("decision")) return twoDecisions();
  const left = random.pick(asked.filter((name) => OMITTABLE.has(name)));
  return { why: `${left} is left blank`, draw: { spoil: (values) => values.omit(left) } };
}

function twoMemberIds(random: Random): FlawPlan {
  const append = (values: Values, story: Case) => {
    const other = story.payer.memberId(random.fork("other-id"));
    const marks = [{ name: "member.id", value: other }];
    return [
      {
        kind: "facts",
        as: "inline",
        columns: 1,
        items: [
          { label: "Member", value: [values.show("member.name")] },
          { label: "Member ID", value: [{ text: other, marks }] },
        ],
      },
    ] as const;
  };
  return { why: "two different member ids are printed", draw: { append } };
}

function wrongNpi(): FlawPlan {
  const spoil = (values: Values): void => {
    const nine = values.get("provider.npi").slice(0, 9);
    values.set("provider.npi", nine + String((Number(npiCheckDigit(nine)) + 5) % 10));
  };
  return { why: "the NPI fails its check digit", draw: { spoil } };
}

function twoDecisions(): FlawPlan {
  const append = (values: Values) => {
    const other = values.get("decision") === "denied" ? "approved" : "denied";
    const mark = { text: other, marks: [{ name: "decision", value: other }], bold: true };
    return [{ kind: "paragraph", text: ["Our records show that this request has been ", mark, "."] }] as const;
  };
  return { why: "two different decisions are printed", draw: { append } };
}
