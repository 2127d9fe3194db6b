import type { Random } from "../random.ts";

/** Cost sharing of a plan year, in cents; what is met never exceeds the limit. */
export function benefitValues(random: Random): Record<string, string> {
  const deductible = random.pick([50_000, 100_000, 150_000, 200_000, 250_000, 325_000, 500_000]);
  return {
    "benefit.deductible_cents": String(deductible),
    "benefit.deductible_met_cents": String(Math.round(deductible * random.pick([0.1732, 0.2501, 0.4415, 0.7308, 1]))),
    "benefit.out_of_pocket_max_cents": String(deductible + random.pick([250_000, 300_000, 400_000, 435_000])),
    "benefit.copay_cents": String(random.pick([1_500, 2_500, 3_500, 5_000, 7_500])),
    "benefit.coinsurance_percent": String(random.pick([10, 15, 20, 25, 30])),
    "benefit.prior_authorization_required": random.pick(["yes", "yes", "no"]),
  };
}
