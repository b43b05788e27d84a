import type { Definitions } from '../definitions.ts';
import { stages as inOrder } from '../journey/document.ts';
import { isLike, likenesses } from '../trait/closest.ts';
import type { ClosestTrait } from '../trait/trait-document.ts';
import type { View } from './compile-condition.ts';
import type { Condition } from './condition.ts';
import type { ExplainedCondition } from './explain-condition.ts';

type Explain = (condition: Condition) => ExplainedCondition;

/** What a trait that is made of conditions goes by, each with whether it holds; nothing of other traits. */
export function conditionsOfTrait(
  name: string,
  definitions: Definitions,
  view: View,
  explain: Explain,
): readonly ExplainedCondition[] {
  const { stages } = definitions.workspace;
  if (name === 'stage' && stages)
    return inOrder.flatMap((stage) => {
      const when = stages[stage];
      const one = when && explain(when);
      return one ? [{ says: `stage "${stage}"`, holds: one.holds, parts: [one] }] : [];
    });
  const document = definitions.traits.get(name);
  return document && 'closest' in document ? personasOf(document, view, explain) : [];
}

/** Each persona with its signs, the closest first; it holds of the one that a person is. */
function personasOf(document: ClosestTrait, view: View, explain: Explain): readonly ExplainedCondition[] {
  const value = view.computed.get(document.id)?.valueOf(view);
  const signs = Object.values(document.closest).flatMap((persona) => persona.signs);
  const explained = signs.map(({ when, says, weight = 1 }): ExplainedCondition => {
    const one = explain(when);
    const said = `${says ?? one.says} (weight ${weight})`;
    // What it says in a marketer's words is shown with the condition below it.
    return says === undefined ? { ...one, says: said } : { says: said, holds: one.holds, parts: [one] };
  });
  const firsts = new Map<string, number>();
  let next = 0;
  for (const [id, persona] of Object.entries(document.closest)) {
    firsts.set(id, next);
    next += persona.signs.length;
  }
  return likenesses(document, (index) => explained[index]!.holds).map(({ personaId, persona, weight, of }) => {
    const first = firsts.get(personaId) ?? 0;
    const short = isLike({ weight, of }, document) ? '' : `, too little to be one`;
    return {
      says: `"${persona.name}" (${personaId}): ${weight} of ${of}${short}`,
      holds: value === personaId,
      parts: explained.slice(first, first + persona.signs.length),
    };
  });
}
