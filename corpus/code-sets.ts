import { type Carc, loadCarc } from "../mesh/codes/carc.ts";
import { type Drug, loadDrugs } from "../mesh/codes/drugs.ts";
import { type Hcpcs, loadHcpcs } from "../mesh/codes/hcpcs.ts";
import { type Icd10cm, loadIcd10cm } from "../mesh/codes/icd10cm.ts";
import { type Lab, loadLabs } from "../mesh/codes/labs.ts";

/** The code sets a corpus run draws from, read once. */
export interface CodeSets {
  readonly drugs: readonly Drug[];
  readonly diagnoses: readonly Icd10cm[];
  readonly services: readonly Hcpcs[];
  readonly reasons: readonly Carc[];
  readonly labs: readonly Lab[];
}

export function loadCodeSets(): CodeSets {
  return { drugs: loadDrugs(), diagnoses: loadIcd10cm(), services: loadHcpcs(), reasons: loadCarc(), labs: loadLabs() };
}
