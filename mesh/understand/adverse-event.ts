/** Wordings by which a page reports harm in connection with a drug (21 CFR 312.32 calls it an adverse event). */
const EVENTS =
  /\b(adverse (?:drug )?(?:event|reaction|effect)|side effects?|allergic reaction|anaphyla\w+|hospitali[sz]ed (?:for|with|after|due to)|developed (?:a |an )?(?:rash|hives|infection|seizure|jaundice)|discontinued (?:\w+ )?(?:due to|because of) (?:\w+ ){0,3}?(?:toxicity|intolerance|reaction|side|adverse|nausea|rash|hepat\w+)|intoleran\w+|toxicity|(?:experienced|suffered) (?:a |an )?(?:severe|serious)|injection[- ]site reaction|overdose|miscarriage|medwatch)\b/;
/** Words that turn the mention into its absence or into general advice. */
const ABSENT =
  /\b(no|denies|denied|without|negative for|not had|none|free of|in case of|may (?:cause|include)|possible|potential|call (?:us|your)|report any|if you (?:have|experience)|monitor for|risk of|counsel\w* on)\b[^.;]{0,60}$/;

/** Whether a sentence reports an adverse event; denials, warnings and instructions do not count. */
export function mentionsAdverseEvent(sentence: string): boolean {
  const lower = sentence.toLowerCase();
  const match = EVENTS.exec(lower);
  return match !== null && !ABSENT.test(lower.slice(0, match.index));
}
