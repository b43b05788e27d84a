import { closest, didYouMean } from '../../suggest.ts';
import type { TemplateFile } from '../document.ts';
import type { MessagePlace } from '../steps/step-kind.ts';
import { templateFileName } from '../template-file.ts';
import type { StepPlace } from '../walk.ts';
import { capital, type Check, type CheckFinding } from './check.ts';

type Wrong = Pick<CheckFinding, 'message' | 'suggestion'>;

function notThere({ name }: StepPlace, { template, channel }: MessagePlace, templates: readonly TemplateFile[]): Wrong {
  const known = templates.filter((file) => file.id === template);
  const says = `${capital(name)} sends the template "${template}"`;
  const sameChannel = templates.filter((file) => file.channel === channel).map((file) => file.id);
  if (known.length === 0) {
    const guess =
      closest(template, sameChannel) ??
      closest(
        template,
        templates.map((file) => file.id),
      );
    return { message: `${says}, but there is no template with that name.`, ...didYouMean(guess) };
  }
  const others = [...new Set(known.map((file) => file.channel))].join(', ');
  const missing = `templates/${template}/${templateFileName(channel)}`;
  return { message: `${says} by ${channel}, but that template is made for ${others} alone: there is no ${missing}.` };
}

/** Every template that a step sends exists, for the channel it is sent by. */
export const unknownTemplate: Check = {
  code: 'unknown-template',
  severity: 'error',
  check: ({ journeys, templates }) => {
    const known = new Set(templates.map((file) => `${file.id}/${file.channel}`));
    return journeys.flatMap(({ file, steps }) =>
      steps.flatMap((place) =>
        (place.kind.messages?.(place.step) ?? [])
          .filter(({ template, channel }) => !known.has(`${template}/${channel}`))
          .map((message) => ({ file, path: [...place.path, ...message.path], ...notThere(place, message, templates) })),
      ),
    );
  },
};
