import type { WorkflowFile } from '../core/journey/read-documents.ts';

const workspace = {
  name: 'Bench',
  timeZone: 'UTC',
  locale: 'en',
  currency: 'EUR',
  conversion: [{ event: 'Order Completed' }],
  sender: { email: { from: 'a@shop.example', postalAddress: '1 Road' } },
};

/** A workflows folder with so many journeys, which send one template by email. */
export const folderOf = (count: number, journey: (index: number) => object): readonly WorkflowFile[] => [
  { path: 'workspace.json', text: JSON.stringify(workspace) },
  {
    path: 'templates/hello/email.mjml',
    text: '---\nsubject: Hello\n---\n<mjml><mj-body><mj-text>{{ links.unsubscribe }}</mj-text></mj-body></mjml>',
  },
  ...Array.from({ length: count }, (_, index) => ({
    path: `journeys/j${index}.journey.json`,
    text: JSON.stringify(journey(index), null, 2),
  })),
];
