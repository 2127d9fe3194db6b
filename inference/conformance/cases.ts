import type { Case } from "./case.ts";
import { METADATA_CASES, QUEUE_CASES, REPOSITORY_CASES, SETTING_CASES, STREAM_CASES } from "./control-cases.ts";
import { INFER_CASES, PARAMETER_CASES } from "./infer-cases.ts";
import { BYTES_CASES, CLASSIFICATION_CASES, TYPE_CASES } from "./tensor-cases.ts";

/** Every case of the kit, in the order in which they are played: what changes the repository comes last. */
export const CASES: readonly Case[] = [
  ...METADATA_CASES,
  ...INFER_CASES,
  ...PARAMETER_CASES,
  ...TYPE_CASES,
  ...BYTES_CASES,
  ...CLASSIFICATION_CASES,
  ...STREAM_CASES,
  ...QUEUE_CASES,
  ...SETTING_CASES,
  ...REPOSITORY_CASES,
];
