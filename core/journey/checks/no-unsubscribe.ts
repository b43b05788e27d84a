import type { Check } from './check.ts';

/** Marketing e-mail offers a way out. Reported at the template, once, however many steps send it. */
export const noUnsubscribe: Check = {
  code: 'no-unsubscribe',
  severity: 'warning',
  check: ({ journeys, templates }) => {
    const sent = journeys
      .filter(({ draft }) => draft.kind === 'lifecycle' || draft.kind === 'acquisition')
      .flatMap(({ steps }) => steps.flatMap(({ kind, step }) => kind.messages?.(step) ?? []))
      .filter(({ channel }) => channel === 'email')
      .map(({ template }) => template);
    const marketing = new Set(sent);
    return templates
      .filter(({ channel, id }) => channel === 'email' && marketing.has(id))
      .filter(({ text }) => !/links\.(unsubscribe|preferences)\b/.test(text))
      .map(({ file }) => ({
        file,
        path: [],
        message:
          'A marketing journey sends this e-mail, but nobody can unsubscribe from it. Add a link to {{ links.unsubscribe }}.',
      }));
  },
};
