/**
 * How much more likely a difference is under a mixture of effects, spread by `tau2` around nothing, than under none: the
 * mixture sequential probability ratio. Under no difference it exceeds 1/α with a probability of at most α, however often
 * one looks.
 * @param variance of the difference at this look
 * @see R. Johari and others, Always Valid Inference, Operations Research 70 (2022)
 */
export const mixtureRatio = (difference: number, variance: number, tau2: number): number =>
  Math.sqrt(variance / (variance + tau2)) * Math.exp((tau2 * difference ** 2) / (2 * variance * (variance + tau2)));

/**
 * The spread of effects by which a difference is found soonest once `people` have come to either side.
 * @param variance of one person's outcome on one side, plus that of the other
 * @see I. Waudby-Smith and others, Time-uniform central limit theory, 2024, §2.3: ρ² = (−2 ln α + ln(1 − 2 ln α)) / n
 */
export const tunedSpread = (variance: number, people: number, alpha: number): number =>
  (variance * (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha)))) / people;

/** How many times the others' rate a harmful variant's is bet to be. */
const bets = [1.5, 2, 3, 5, 10] as const;

/**
 * The evidence that something rare befalls one group more often than the rest: how a gambler has fared who bet on it at
 * each event in turn, with equal parts of the stake on several rates. Fair odds win 1/α with a probability of at most α,
 * however often one looks; it needs no large numbers.
 * @param events of the group, and of all
 * @param share the group's part of all people, between 0 and 1
 */
export function evidenceOfHarm(events: { readonly own: number; readonly all: number }, share: number): number {
  const rest = events.all - events.own;
  const fortunes = bets.map((times) => {
    const chance = (times * share) / (times * share + 1 - share);
    return Math.exp(events.own * Math.log(chance / share) + rest * Math.log((1 - chance) / (1 - share)));
  });
  return fortunes.reduce((sum, fortune) => sum + fortune, 0) / bets.length;
}
