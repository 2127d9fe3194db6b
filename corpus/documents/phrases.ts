import type { Block } from "../draw/block.ts";
import type { Span, Text } from "../draw/spans.ts";
import type { Draft } from "./draft.ts";

/** The payer's head: its name marked as ground truth, department, address, web site. */
export function payerHead(draft: Draft): Block {
  const { payer } = draft.story;
  const lines = [payer.department, [...payer.address].join(", "), payer.site].slice(0, draft.random.fork("head").int(2, 3));
  return { kind: "letterhead", head: { name: [payerName(draft)], lines, mark: payer.mark } };
}

/** The practice's head. */
export function practiceHead(draft: Draft): Block {
  const { provider } = draft.story;
  const lines = [
    `${provider.street}, ${provider.cityLine}`,
    `Tel ${draft.values.phone(provider.phone)}   Fax ${draft.values.phone(provider.fax)}`,
  ];
  return { kind: "letterhead", head: { name: [provider.practice], lines, mark: draft.random.fork("emblem").pick(["plain", "disc"]) } };
}

/** The payer's name in one of its spellings; the value is the directory's display name. */
export function payerName(draft: Draft): Span {
  const spelling = draft.random.fork("payer-spelling").pick(draft.story.payer.payer.names.filter((name) => name.length > 4));
  return draft.values.show("payer.name", { as: spelling });
}

/** The member's address block. */
export function memberAddress(draft: Draft): Block {
  const { member } = draft.story;
  return { kind: "lines", lines: [[draft.values.show("member.name")], [member.street], [member.cityLine]] };
}

/** The provider's address block. */
export function providerAddress(draft: Draft): Block {
  const { provider } = draft.story;
  return {
    kind: "lines",
    lines: [[draft.values.show("provider.name"), `, ${provider.credential}`], [provider.practice], [provider.street], [provider.cityLine]],
  };
}

/** Head of the second and later pages, as payer letters repeat it. */
export function runningHead(draft: Draft): Text {
  const { values } = draft;
  return draft.random.fork("running").chance(0.5)
    ? ["Member: ", values.show("member.name"), " | ID: ", values.show("member.id")]
    : ["Re: ", values.show("member.name"), " | DOB: ", values.show("member.date_of_birth")];
}

const NOTICES: readonly string[] = [
  "If you need help reading this notice, or need it in another language or format, call the number on the back of your member ID card. Help is free of charge.",
  "This notice contains confidential health information. If you received it in error, please notify the sender at once and destroy all copies.",
  "Coverage is subject to the terms, limits and exclusions of the plan in effect on the date services are received. This notice is not a guarantee of payment.",
  "Payment depends on eligibility at the time of service, contract terms and correct coding. Benefits may change at renewal.",
  "We do not discriminate on the basis of race, color, national origin, sex, age or disability in our health programs and activities.",
  "You may ask for a free copy of the criteria, guideline or policy that was used for this review, and of the documents in your case file.",
  "Providers may submit records through the provider portal or by fax. Please put the reference number on every page you send.",
  "Calls may be recorded for training and quality purposes. Representatives are available Monday through Friday, 8 a.m. to 6 p.m. local time.",
  "Keep this notice for your records. You do not need to take any action unless this notice says so.",
];

/** Boilerplate, varied by document. */
export function notices(draft: Draft, count: number): Block[] {
  return draft.random
    .fork("notices")
    .shuffle(NOTICES)
    .slice(0, count)
    .map((text) => ({ kind: "paragraph", text: [text], small: draft.style.size > 9 }));
}

const ENCLOSURES: readonly (readonly [string, readonly string[]])[] = [
  [
    "Your Rights and Responsibilities",
    [
      "You have the right to see the information we used, free of charge. You may name someone to act for you by sending us a signed form.",
      "You may ask for an expedited review when waiting could seriously harm your health. We answer expedited requests within 72 hours.",
      "After our internal review you may ask for an external review by an independent organization. There is no cost to you.",
      "State insurance departments help consumers with questions about health coverage. Their telephone numbers are listed on your state's web site.",
    ],
  ],
  [
    "Language Assistance and Nondiscrimination",
    [
      "We provide free aids and services to people with disabilities, such as qualified interpreters and written information in large print, audio and other formats.",
      "We provide free language services to people whose primary language is not English. Call the number on your member ID card to use them.",
      "If you believe that we failed to provide these services, you can file a grievance with our civil rights coordinator in person, by mail, fax or email.",
      "You can also file a complaint with the Office for Civil Rights, electronically or by mail. Complaint forms are available on its web site.",
    ],
  ],
];

/** Standard pages that payers enclose with a letter. */
export function enclosures(draft: Draft): Block[] {
  const usual = draft.random.fork("enclosures").chance(0.4) ? 1 : 0;
  const count = { short: 0, usual, long: 2 }[draft.extent];
  return ENCLOSURES.slice(0, count).flatMap(([title, paragraphs]): Block[] => [
    { kind: "break" },
    { kind: "title", text: title },
    ...paragraphs.map((text): Block => ({ kind: "paragraph", text: [text] })),
    ...notices(draft, 4),
  ]);
}

/** A table cell or form value listing the diagnoses, each code marked. */
export function diagnosisList(draft: Draft, withTitles: boolean): Text {
  return draft.story.diagnoses.flatMap((diagnosis, index) => {
    const separator = index === 0 ? "" : withTitles ? "; " : ", ";
    const title = withTitles ? ` ${diagnosis.title}` : "";
    return [separator, draft.values.show(`diagnoses[${index}].icd10`), title];
  });
}

/** Brand with the generic name behind it; only the brand is the value. */
export function drugName(draft: Draft): Text {
  const { drug } = draft.story;
  return drug.brand === drug.generic ? [draft.values.show("drug.name")] : [draft.values.show("drug.name"), ` (${drug.generic})`];
}
