const channels = ['Email', 'Push', 'SMS', 'In-App', 'Webhook'];
const fates = ['Sent', 'Delivered', 'Opened', 'Clicked', 'Bounced', 'Complained', 'Failed', 'Unsubscribed', 'Stopped'];

/** Events that Sojourn records itself, or understands wherever they come from: known without a catalogue. */
export const ownEvents: readonly string[] = [
  'Identified',
  'Page Viewed',
  'Screen Viewed',
  'Group Joined',
  'Alias Given',
  'Unsubscribed',
  'Email Marked as Spam',
  'Task Completed',
  ...channels.flatMap((channel) => fates.map((fate) => `${channel} ${fate}`)),
];
