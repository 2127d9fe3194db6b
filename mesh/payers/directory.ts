/** A payer as documents name it. `id` is ours; `names` are spellings seen on paper, longest first within a payer. */
export interface PayerEntry {
  readonly id: string;
  readonly displayName: string;
  readonly names: readonly string[];
}

/** The six payers of the first release, alphabetical by id. */
export const PAYERS: readonly PayerEntry[] = [
  { id: "aetna", displayName: "Aetna", names: ["Aetna Better Health", "Aetna Health Plans", "Aetna"] },
  { id: "anthem", displayName: "Anthem Blue Cross", names: ["Anthem Blue Cross and Blue Shield", "Anthem Blue Cross", "Anthem"] },
  {
    id: "bcbs",
    displayName: "Blue Cross Blue Shield",
    names: ["Blue Cross and Blue Shield", "BlueCross BlueShield", "Blue Cross Blue Shield", "BCBS"],
  },
  { id: "cigna", displayName: "Cigna Healthcare", names: ["Cigna Health and Life Insurance Company", "Cigna Healthcare", "Cigna"] },
  { id: "humana", displayName: "Humana", names: ["Humana Insurance Company", "Humana Gold Plus", "Humana"] },
  {
    id: "uhc",
    displayName: "UnitedHealthcare",
    names: ["UnitedHealthcare Insurance Company", "United Healthcare", "UnitedHealthcare", "UHC"],
  },
];
