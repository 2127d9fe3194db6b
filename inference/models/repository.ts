import { fileURLToPath } from "node:url";

/** Folder of the models that come with the product, in Triton's layout. */
export const SHIPPED_MODELS = fileURLToPath(new URL("../repository", import.meta.url));
