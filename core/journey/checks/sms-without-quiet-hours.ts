import type { Check } from './check.ts';

/** Marketing texts keep quiet hours. Told once, at the workspace, however many steps send texts. */
export const smsWithoutQuietHours: Check = {
  code: 'sms-without-quiet-hours',
  severity: 'warning',
  check: ({ workspace, journeys }) => {
    // What could not be read may well hold them.
    if (!workspace || (workspace.draft.quietHours && 'sms' in workspace.draft.quietHours)) return [];
    if ('quietHours' in workspace.draft && workspace.draft.quietHours === undefined) return [];
    // Without a sender no text goes out at all, and that is told elsewhere.
    if (!workspace.draft.sender || !('sms' in workspace.draft.sender)) return [];
    const sends = journeys.find(
      ({ draft, steps }) =>
        draft.kind !== 'transactional' &&
        steps.some(({ kind, step }) => kind.messages?.(step).some(({ channel }) => channel === 'sms')),
    );
    if (!sends) return [];
    const message = `Marketing texts go out by day and night: "${sends.draft.id ?? sends.fileId}" sends some, and there are no quiet hours for sms. Add "quietHours": { "sms": { "from": "20:00", "to": "09:00" } }.`;
    return [{ file: workspace.file, path: ['quietHours'], at: 'key', message }];
  },
};
