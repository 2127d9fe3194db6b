import type { Drug } from "../mesh/codes/drugs.ts";
import type { Icd10cm } from "../mesh/codes/icd10cm.ts";
import { addDays } from "./calendar.ts";
import type { CodeSets } from "./code-sets.ts";
import { type PayerStyle, payerStyle } from "./payer-style.ts";
import { createNpi, createPerson, createPhone, type Person } from "./people.ts";
import type { Random } from "./random.ts";

export interface Provider {
  readonly name: string;
  readonly credential: string;
  readonly specialty: string;
  readonly practice: string;
  readonly npi: string;
  readonly phone: string;
  readonly fax: string;
  readonly street: string;
  readonly cityLine: string;
}

/** One patient's story that every document about it agrees with. Dates are ISO and in order. */
export interface Case {
  readonly id: string;
  readonly payer: PayerStyle;
  readonly plan: string;
  readonly group: string;
  readonly member: Person;
  readonly memberId: string;
  readonly sex: "female" | "male";
  readonly subscriber: Person;
  readonly subscriberId: string;
  readonly provider: Provider;
  readonly drug: Drug;
  readonly strength: string;
  readonly diagnoses: readonly Icd10cm[];
  readonly dates: {
    readonly coverageStart: string;
    readonly coverageEnd: string;
    readonly encounter: string;
    readonly collected: string;
    readonly written: string;
    readonly request: string;
    readonly letter: string;
    readonly authorizationStart: string;
    readonly authorizationEnd: string;
    readonly service: string;
    readonly statement: string;
    readonly appealDeadline: string;
  };
  readonly authorization: string;
  readonly claim: string;
  readonly accession: string;
}

export interface CaseRequest {
  readonly payerId?: string;
  /** Only drugs that the medical benefit pays by HCPCS code. */
  readonly medical?: boolean;
}

/** Drafts a case. Every person, provider and number is made up; drug, diagnoses and codes fit together. */
export function createCase(random: Random, codes: CodeSets, request: CaseRequest = {}): Case {
  const payer = payerStyle(random.fork("payer"), request.payerId);
  const member = createPerson(random.fork("member"));
  const dependent = random.chance(0.15);
  const subscriber = dependent ? { ...createPerson(random.fork("subscriber")), last: member.last } : member;
  const memberId = payer.memberId(random);
  const drug = random.pick(codes.drugs.filter((row) => request.medical !== true || row.benefit === "medical"));
  return {
    id: `case-${random.digits(8)}`,
    payer,
    plan: random.pick(payer.plans),
    group: payer.group(random),
    member,
    memberId,
    sex: random.pick(["female", "male"]),
    subscriber: dependent ? { ...subscriber, name: `${subscriber.first} ${subscriber.last}` } : member,
    subscriberId: memberId,
    provider: createProvider(random.fork("provider")),
    drug,
    strength: pickStrength(random, drug),
    diagnoses: pickDiagnoses(random, codes, drug),
    dates: createDates(random.fork("dates")),
    authorization: payer.authorization(random),
    claim: payer.claim(random),
    accession: `${random.pick(["L", "Q", "BX", "CL"])}${random.digits(8)}`,
  };
}

/** A strength that the directions name, when they name one. */
function pickStrength(random: Random, drug: Drug): string {
  const named = drug.strengths.filter((strength) => new RegExp(`\\b${Number.parseFloat(strength)} `).test(drug.directions));
  return random.pick(named.length > 0 ? named : drug.strengths);
}

function pickDiagnoses(random: Random, codes: CodeSets, drug: Drug): Icd10cm[] {
  const wanted = random.shuffle(drug.indications).slice(0, random.pick([1, 1, 2, 2, 3]));
  return wanted.flatMap((code) => codes.diagnoses.filter((row) => row.code === code));
}

const SPECIALTIES: readonly (readonly [string, string])[] = [
  ["Rheumatology", "Arthritis and Rheumatology Associates"],
  ["Gastroenterology", "Digestive Health Specialists"],
  ["Dermatology", "Skin and Allergy Clinic"],
  ["Hematology and Oncology", "Regional Cancer Care"],
  ["Neurology", "Neuroscience Center"],
  ["Internal Medicine", "Primary Care Partners"],
  ["Endocrinology", "Diabetes and Endocrine Center"],
  ["Pulmonology", "Lung and Sleep Medicine Group"],
];

function createProvider(random: Random): Provider {
  const person = createPerson(random);
  const [specialty, practice] = random.pick(SPECIALTIES);
  const area = person.phone.slice(0, 3);
  return {
    name: person.name,
    credential: random.pick(["MD", "MD", "DO", "NP"]),
    specialty,
    practice: `${person.cityLine.split(",")[0]} ${practice}`,
    npi: createNpi(random),
    phone: createPhone(random, area),
    fax: createPhone(random, area),
    street: person.street,
    cityLine: person.cityLine,
  };
}

function createDates(random: Random): Case["dates"] {
  const coverageStart = `2026-01-01`;
  const encounter = addDays("2026-01-12", random.int(0, 220));
  const collected = addDays(encounter, -random.int(2, 12));
  const request = addDays(encounter, random.int(1, 6));
  const letter = addDays(request, random.int(1, 12));
  const authorizationStart = addDays(letter, random.int(-2, 3));
  const service = addDays(authorizationStart, random.int(4, 20));
  return {
    coverageStart,
    coverageEnd: "2026-12-31",
    encounter,
    collected,
    written: encounter,
    request,
    letter,
    authorizationStart,
    authorizationEnd: addDays(authorizationStart, random.pick([89, 179, 364])),
    service,
    statement: addDays(service, random.int(12, 35)),
    appealDeadline: addDays(letter, random.pick([60, 65, 180])),
  };
}
