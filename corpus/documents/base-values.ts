import type { Case } from "../case.ts";

/** The values every document of a case may print, by field name, normalized. */
export function baseValues(story: Case): Record<string, string> {
  const { member, provider, drug, dates } = story;
  const values: Record<string, string> = {
    "member.name": member.name,
    "member.id": story.memberId,
    "member.date_of_birth": member.dateOfBirth,
    "member.phone": member.phone,
    "subscriber.name": story.subscriber.name,
    "subscriber.id": story.subscriberId,
    "payer.name": story.payer.payer.displayName,
    "plan.name": story.plan,
    "group.number": story.group,
    "provider.name": provider.name,
    "provider.npi": provider.npi,
    "provider.phone": provider.phone,
    "provider.fax": provider.fax,
    "drug.name": drug.brand,
    "drug.ndc": drug.ndc,
    "drug.strength": story.strength,
    "drug.quantity": String(drug.quantity),
    "drug.days_supply": String(drug.daysSupply),
    "drug.directions": drug.directions,
    "authorization.number": story.authorization,
    "claim.number": story.claim,
    "encounter.date": dates.encounter,
  };
  story.diagnoses.forEach((diagnosis, index) => {
    values[`diagnoses[${index}].icd10`] = diagnosis.code;
  });
  return values;
}
