import { type Carc, loadCarc } from "../codes/carc.ts";
import { type Drug, loadDrugs } from "../codes/drugs.ts";
import { type Hcpcs, loadHcpcs } from "../codes/hcpcs.ts";
import { type Icd10cm, loadIcd10cm } from "../codes/icd10cm.ts";
import { type Lab, loadLabs } from "../codes/labs.ts";
import { type PhraseIndex, phraseIndex } from "./label-index.ts";

/** Characters before the point of an ICD-10-CM code. */
const ICD10_CATEGORY_CHARS = 3;

/** The code sets as understanding asks them. */
export interface CodeBook {
  /** ICD-10-CM codes, with their point. */
  readonly diagnoses: ReadonlySet<string>;
  /** What the codes begin with: categories, which no claim may carry while they have codes below them. */
  readonly diagnosisCategories: ReadonlySet<string>;
  /** HCPCS Level II codes. */
  readonly procedures: ReadonlySet<string>;
  /** Claim adjustment reason codes. */
  readonly adjustmentReasons: ReadonlySet<string>;
  readonly drugs: readonly Drug[];
  readonly drugByNdc: ReadonlyMap<string, Drug>;
  /** Brand and generic names. */
  readonly drugNames: PhraseIndex<Drug>;
  readonly labTests: PhraseIndex<Lab>;
  /** Units in which the listed tests are reported. */
  readonly labUnits: readonly string[];
}

export interface CodeLists {
  readonly carc: readonly Carc[];
  readonly drugs: readonly Drug[];
  readonly hcpcs: readonly Hcpcs[];
  readonly icd10cm: readonly Icd10cm[];
  readonly labs: readonly Lab[];
}

/** Reads the starter lists from their files; call it once and pass the book on. */
export function loadCodeBook(): CodeBook {
  return codeBook({ carc: loadCarc(), drugs: loadDrugs(), hcpcs: loadHcpcs(), icd10cm: loadIcd10cm(), labs: loadLabs() });
}

export function codeBook(lists: CodeLists): CodeBook {
  const drugNames = lists.drugs.flatMap((drug) => [...new Set([drug.brand, drug.generic])].map((text) => ({ text, meaning: drug })));
  const labNames = lists.labs.flatMap((lab) => [lab.name, lab.abbreviation].map((text) => ({ text, meaning: lab })));
  return {
    diagnoses: new Set(lists.icd10cm.map((row) => row.code)),
    diagnosisCategories: new Set(lists.icd10cm.flatMap((row) => categoriesOf(row.code))),
    procedures: new Set(lists.hcpcs.map((row) => row.code)),
    adjustmentReasons: new Set(lists.carc.map((row) => row.code)),
    drugs: lists.drugs,
    drugByNdc: new Map(lists.drugs.map((drug) => [drug.ndc, drug])),
    drugNames: phraseIndex(drugNames),
    labTests: phraseIndex(labNames),
    labUnits: [...new Set(lists.labs.map((lab) => lab.unit))],
  };
}

/** `C90.01` lies below `C90.0` and `C90`. */
function categoriesOf(code: string): string[] {
  const lengths = Array.from({ length: Math.max(0, code.length - ICD10_CATEGORY_CHARS) }, (_, more) => ICD10_CATEGORY_CHARS + more);
  return lengths.map((length) => code.slice(0, length)).filter((part) => !part.endsWith("."));
}
