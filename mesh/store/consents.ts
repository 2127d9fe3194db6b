import { z } from "zod";
import type { CollectionSpec } from "../../runtime/store/store.ts";

const consentRecord = z.strictObject({
  /** Blind index of the member id; empty when only the person is known. */
  memberIndex: z.string(),
  /** Blind index of name and date of birth; empty when unknown. */
  personIndex: z.string(),
  /** `opted_out` and `revoked` withhold everything; `granted` allows what `purposes` lists. */
  status: z.enum(["granted", "opted_out", "revoked"]),
  /** HL7 PurposeOfUse codes explicitly authorized, for example `HMARKT`. */
  purposes: z.array(z.string()),
  /** Sensitivity codes explicitly authorized, for example `ETH` (42 CFR Part 2). */
  labels: z.array(z.string()),
  recordedAtMs: z.number(),
});
export type ConsentRecord = z.infer<typeof consentRecord>;

/** What members said about the use of their data. No record: the program enrollment's consent stands. Id: any stable id. */
export const consents: CollectionSpec<ConsentRecord> = {
  name: "consents",
  schema: consentRecord,
  indexes: {
    byMember: (record) => (record.memberIndex === "" ? undefined : [record.memberIndex, record.recordedAtMs]),
    byPerson: (record) => (record.personIndex === "" ? undefined : [record.personIndex, record.recordedAtMs]),
  },
};
