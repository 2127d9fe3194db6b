import { PAYERS, type PayerEntry } from "../mesh/payers/directory.ts";
import type { Head } from "./draw/block.ts";
import type { Random } from "./random.ts";

/** How one payer numbers and names things, and how its paper looks. All numbers are made up in the payer's usual shape. */
export interface PayerStyle {
  readonly payer: PayerEntry;
  readonly plans: readonly string[];
  readonly department: string;
  readonly address: readonly string[];
  readonly mark: Head["mark"];
  /** Part before the number in its portal address. */
  readonly site: string;
  memberId(random: Random): string;
  group(random: Random): string;
  authorization(random: Random): string;
  claim(random: Random): string;
}

type StyleFacts = Omit<PayerStyle, "payer">;

const STYLES: Readonly<Record<string, StyleFacts>> = {
  aetna: {
    plans: ["Open Choice PPO", "Aetna Select HMO", "Managed Choice POS", "Medicare Advantage PPO"],
    department: "Precertification Department",
    address: ["P.O. Box 14079", "Lexington, KY 40512"],
    mark: "plain",
    site: "www.aetna.example",
    memberId: (random) => `W${random.digits(9)}`,
    group: (random) => `0${random.digits(6)}-0${random.digits(2)}`,
    authorization: (random) => `PA${random.digits(9)}`,
    claim: (random) => `E${random.digits(10)}`,
  },
  anthem: {
    plans: ["Blue Access PPO", "Pathway HMO", "Anthem Gold 1500", "MediBlue Plus"],
    department: "Utilization Management",
    address: ["P.O. Box 60007", "Los Angeles, CA 90060"],
    mark: "shield",
    site: "www.anthem.example",
    memberId: (random) => `${random.pick(["JQU", "XDF", "YRP", "ANT"])}${random.digits(3)}A${random.digits(5)}`,
    group: (random) => `${random.digits(6)}M0${random.digits(2)}`,
    authorization: (random) => `UM${random.digits(8)}`,
    claim: (random) => `2026${random.digits(3)}CN${random.digits(4)}`,
  },
  bcbs: {
    plans: ["Blue Choice Preferred PPO", "BlueCare HMO", "Federal Employee Program Basic", "Blue Advantage Silver"],
    department: "Medical Management",
    address: ["P.O. Box 805107", "Chicago, IL 60680"],
    mark: "shield",
    site: "www.bcbs.example",
    memberId: (random) => `${random.pick(["XEH", "ZGP", "RAB", "KLM"])}${random.digits(9)}`,
    group: (random) => `P${random.digits(5)}`,
    authorization: (random) => `AUTH-${random.digits(8)}`,
    claim: (random) => `0202${random.digits(9)}X`,
  },
  cigna: {
    plans: ["Open Access Plus", "LocalPlus", "SureFit EPO", "Preferred Medicare HMO"],
    department: "Coverage Review",
    address: ["P.O. Box 188061", "Chattanooga, TN 37422"],
    mark: "tree",
    site: "www.cigna.example",
    memberId: (random) => `U${random.digits(10)}`,
    group: (random) => `${random.digits(7)}`,
    authorization: (random) => `IP${random.digits(10)}`,
    claim: (random) => `${random.digits(13)}`,
  },
  humana: {
    plans: ["Gold Plus HMO", "HumanaChoice PPO", "National POS", "Premier Rx Plan"],
    department: "Clinical Pharmacy Review",
    address: ["P.O. Box 14601", "Lexington, KY 40512"],
    mark: "wave",
    site: "www.humana.example",
    memberId: (random) => `H${random.digits(8)}`,
    group: (random) => `X${random.digits(4)}`,
    authorization: (random) => `${random.int(1, 9)}${random.digits(8)}`,
    claim: (random) => `8${random.digits(14)}`,
  },
  uhc: {
    plans: ["Choice Plus PPO", "Navigate HMO", "Options PPO", "AARP Medicare Advantage"],
    department: "Prior Authorization and Notification",
    address: ["P.O. Box 30555", "Salt Lake City, UT 84130"],
    mark: "bars",
    site: "www.uhc.example",
    memberId: (random) => `9${random.digits(8)}`,
    group: (random) => `${random.digits(6)}`,
    authorization: (random) => `A${random.digits(9)}`,
    claim: (random) => `${random.pick(["CA", "DB", "FX"])}${random.digits(8)}`,
  },
};

/** The style of a payer by its id; a random payer when none is asked for. Throws RangeError on an unknown id. */
export function payerStyle(random: Random, payerId?: string): PayerStyle {
  const drawn = random.pick(PAYERS);
  const payer = payerId === undefined ? drawn : PAYERS.find((entry) => entry.id === payerId);
  const facts = payer === undefined ? undefined : STYLES[payer.id];
  if (payer === undefined || facts === undefined) {
    throw new RangeError(
      `choosing the payer "${payerId}": the directory does not list it, it must be one of ${Object.keys(STYLES).join(", ")}`,
    );
  }
  return { payer, ...facts };
}
