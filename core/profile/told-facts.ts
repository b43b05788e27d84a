import type { Definitions } from '../definitions.ts';
import type { Fact } from '../ports.ts';

/** What one decision tells, and of each fact what was accepted after it in the same commit. */
export class ToldFacts {
  private readonly facts: Fact[] = [];
  private readonly accepted: { readonly messageId: string; readonly name: string }[] = [];
  /** How many messages had been accepted when each fact was told. */
  private readonly places: number[] = [];

  /** From now on, what is told is caused by this message. */
  begin(message: { readonly messageId: string; readonly name: string }): void {
    this.accepted.push(message);
  }
  add(fact: Fact): void {
    this.facts.push(fact);
    this.places.push(this.accepted.length);
  }

  /** The facts; those that may begin a journey name what was accepted after them, where it could end one. */
  withThen({ conversion, entriesByName, entriesByEdge }: Definitions): readonly Fact[] {
    return this.facts.map((fact, index) => {
      if (!fact.isOutgoing || (fact.kind !== 'event' && fact.kind !== 'segment')) return fact;
      const later = this.accepted.slice(this.places[index]);
      if (later.length === 0) return fact;
      const edge = `${fact.name}/${String(fact.detail['edge'])}`;
      const journeys = (fact.kind === 'event' ? entriesByName.get(fact.name) : entriesByEdge.get(edge)) ?? [];
      const isHeard = (name: string): boolean =>
        conversion.some((match) => match.names.has(name)) || journeys.some((journey) => journey.listens.has(name));
      const then = later.filter((message) => isHeard(message.name)).map((message) => message.messageId);
      return then.length === 0 ? fact : { ...fact, detail: { ...fact.detail, then } };
    });
  }
}
