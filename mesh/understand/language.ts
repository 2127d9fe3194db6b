/** Words so common that a few lines of a language hold several of them. */
const STOP_WORDS: Readonly<Record<string, readonly string[]>> = {
  en: ["the", "of", "and", "to", "for", "your", "this", "is", "with", "date", "member", "patient", "you", "not", "name", "was", "has"],
  es: ["el", "la", "de", "los", "las", "para", "su", "con", "una", "por", "del", "fecha", "miembro", "paciente", "usted", "que", "nombre"],
  fr: ["le", "les", "des", "pour", "votre", "avec", "une", "est", "dans", "du", "nous", "vous", "que", "sur", "nom", "patient"],
  de: ["der", "die", "das", "und", "für", "mit", "ist", "von", "den", "nicht", "ein", "eine", "auf", "zu", "wurde", "sie"],
  pt: ["o", "os", "para", "com", "uma", "não", "seu", "dos", "das", "você", "em", "por", "que", "nome", "data", "do"],
  vi: ["của", "và", "cho", "không", "được", "là", "các", "có", "trong", "này", "ngày", "người"],
};
/** Hits without which nothing is said. */
const MIN_HITS = 4;
/** Share of all words that must be stop words: forms hold few, foreign text holds none. */
const MIN_SHARE = 0.03;
/** Words looked at. */
const MAX_WORDS = 2000;

/** Form labels of our English list that tell the language where sentences are missing. */
const MIN_LABELS = 4;

/** BCP 47 tag of the language whose common words stand most often in the text; `und` when none does clearly. */
export function guessLanguage(words: readonly string[], englishLabels: number): string {
  const seen = words.slice(0, MAX_WORDS).map((word) => word.toLowerCase().replace(/[.,:;()!?]/g, ""));
  const counts = Object.entries(STOP_WORDS).map(([language, list]) => {
    const set = new Set(list);
    return { language, hits: seen.filter((word) => set.has(word)).length };
  });
  const [best, next] = counts.sort((a, b) => b.hits - a.hits);
  if (best === undefined || best.hits < MIN_HITS || best.hits < seen.length * MIN_SHARE) return englishLabels >= MIN_LABELS ? "en" : "und";
  return next !== undefined && next.hits * 1.2 > best.hits ? "und" : best.language;
}
