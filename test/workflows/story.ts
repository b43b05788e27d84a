import { compileJourney } from '../../core/definitions.ts';
import { assignVariant, isHeldOut } from '../../core/experiment/assign.ts';
import type { ExperimentStep, Journey } from '../../core/journey/document.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { LocalHome, type Item } from '../local/home.ts';

/** Who somebody is, and what they allow. */
export interface About {
  readonly firstName?: string;
  readonly language?: string;
  readonly traits?: JsonObject;
  readonly phone?: string;
  /** Whether they have the shop's app. */
  readonly hasApp?: boolean;
  /** Of all who could be this person, one of whom this holds: who comes to a variant, or is held out. */
  readonly drawn?: (profileId: string) => boolean;
}

/** The shipped documents, run by an embedded home whose clock the story winds. */
export class Story {
  readonly local: LocalHome;

  private constructor(local: LocalHome) {
    this.local = local;
  }
  /** @param now an instant at which the story begins */
  static async begin(now: string): Promise<Story> {
    return new Story(await LocalHome.open({ now, workflows: 'workflows', seed: 'story' }));
  }
  async end(): Promise<void> {
    await this.local.close();
  }

  /** Winds the clock to an instant; all that is due until then happens at its own time. */
  async until(instant: string): Promise<void> {
    const { status, text } = await this.local.api('POST', '/local/clock', { to: instant });
    if (status !== 200) throw new Error(`Winding was answered ${status}: ${text}`);
  }
  async later(duration: string): Promise<void> {
    await this.local.wind(duration);
  }

  /** Somebody signs in and allows email, texts and notifications as far as they have them. No holdout keeps them out. */
  async meet(name: string, about: About = {}): Promise<Person> {
    const { drawn = (id: string) => this.isNeverHeldOut(id) } = about;
    for (let count = 0; ; count++) {
      const person = await this.introduce(`${name}-${count}`, about);
      if (drawn(person.profileId)) return person;
    }
  }
  /** Whether no journey of the shop, nor the shop itself, holds this person out. */
  isNeverHeldOut(profileId: string): boolean {
    const { workspace, journeys } = this.local.home.definitions.documents;
    if (isHeldOut('holdout', profileId, workspace.holdout ?? 0)) return false;
    return !journeys.some(({ id }) => this.isHeldOut(id, profileId));
  }
  /** Whether this journey holds this person out. */
  isHeldOut(journeyId: string, profileId: string): boolean {
    const journey = this.local.home.definitions.documents.journeys.find(({ id }) => id === journeyId);
    return isHeldOut(`holdout:${journeyId}`, profileId, journey?.holdout ?? 0);
  }
  /** Whether this person comes to this variant of an experiment as it is written, and is never held out. */
  meetsVariant(experiment: string, variant: string): (profileId: string) => boolean {
    const { journeys } = this.local.home.definitions.documents;
    const [found] = journeys.flatMap((journey) => experimentIn(journey, experiment) ?? []);
    if (!found) throw new RangeError(`No journey has the experiment "${experiment}".`);
    return (id) => this.isNeverHeldOut(id) && assignVariant(experiment, id, found.variants) === variant;
  }

  private async introduce(userId: string, about: About): Promise<Person> {
    const { firstName, language, traits, phone, hasApp = false } = about;
    const granted = { marketing: 'granted' };
    const consent = { email: granted, ...(phone && { sms: granted }), ...(hasApp && { push: granted }) };
    await this.local.identify(
      userId,
      { email: `${userId}@story.example`, ...(firstName && { firstName }), ...(phone && { phone }), ...traits },
      {
        context: {
          consent,
          ...(language && { locale: language }),
          ...(hasApp && { device: { type: 'ios', token: `token-of-${userId}` } }),
        },
      },
    );
    const { profileId } = await this.local.profile(userId);
    return new Person(this.local, userId, profileId);
  }
}

/** The experiment of this name in a journey, if it has it. */
function experimentIn(journey: Journey, name: string): ExperimentStep | undefined {
  const steps = [...compileJourney(journey).plan.nodes.values()].map(({ step }) => step);
  return steps.filter((step) => 'experiment' in step).find(({ experiment }) => experiment === name);
}

/** One person of a story: what they do, and what becomes of them. */
export class Person {
  readonly userId: string;
  readonly profileId: string;
  private readonly local: LocalHome;

  constructor(local: LocalHome, userId: string, profileId: string) {
    this.local = local;
    this.userId = userId;
    this.profileId = profileId;
  }

  /** Something they do, and everything that it causes at once. */
  async does(event: string, properties: JsonObject = {}): Promise<void> {
    await this.local.track(this.userId, event, properties);
    await this.local.settle();
  }
  /** The shop writes something down about them. */
  async becomes(traits: JsonObject): Promise<void> {
    await this.local.identify(this.userId, traits);
    await this.local.settle();
  }
  /** Their passages through a journey, newest first. */
  async passages(journeyId: string): Promise<readonly Item[]> {
    const all = await this.local.items(`/api/profiles/${this.profileId}/enrollments`);
    return all.filter((one) => one['journeyId'] === journeyId);
  }
  /** How their newest passage stands: `completed`, or `exited` and why. */
  async standing(journeyId: string): Promise<string> {
    const [newest] = await this.passages(journeyId);
    return [newest?.['status'] ?? 'never entered', newest?.['reason']].filter(Boolean).join(', ');
  }
  async path(journeyId: string): Promise<Json | undefined> {
    const [newest] = await this.passages(journeyId);
    return newest?.['path'] as Json | undefined;
  }
  /** What they were sent, oldest first, as the shop's clock shows it: `2026-03-02 12:00 email: Welcome`. */
  async received(): Promise<readonly string[]> {
    const sent = await this.deliveries('sent');
    const lines = await Promise.all(
      sent.map(async (one) => `${clockOf(one)} ${String(one['channel'])}: ${headline(await this.message(one))}`),
    );
    return lines.sort();
  }
  /** What they were not sent, and why. */
  async spared(): Promise<readonly string[]> {
    const skipped = await this.deliveries('skipped');
    return skipped.map((one) => `${String(one['stepId'])}: ${String(one['reason'])}`).sort();
  }
  /** Their letter or notification of one template. */
  async letter(template: string): Promise<Message> {
    return this.message(await this.sending(template));
  }
  /** They click in it: the provider's report, as it comes in. */
  async clicks(template: string): Promise<void> {
    const { deliveryId, channel } = await this.sending(template);
    await this.does('Email Clicked', { deliveryId: String(deliveryId), channel: String(channel) });
  }
  private async sending(template: string): Promise<Item> {
    const found = (await this.deliveries('sent')).find((one) => one['template'] === template);
    if (!found) throw new Error(`They were not sent "${template}".`);
    return found;
  }
  async newest(): Promise<Message> {
    const [newest] = await this.deliveries('sent');
    if (!newest) throw new Error('They were sent nothing.');
    return this.message(newest);
  }
  /** State transitions that Step Functions would bill for their ways through a journey. */
  transitions(journeyId: string): number {
    const { db } = this.local.home;
    db.flush();
    const row = db.get<{ n: number }>(
      'SELECT coalesce(sum(transitions), 0) AS n FROM executions WHERE profile_id = ? AND journey_id = ?',
      this.profileId,
      journeyId,
    );
    return row?.n ?? 0;
  }
  /** The audiences that they are in now. */
  async audiences(...ids: readonly string[]): Promise<readonly string[]> {
    const held = await Promise.all(ids.map((id) => this.local.items(`/api/audiences/${id}/members?limit=1000`)));
    return ids.filter((_, index) => held[index]?.some((one) => one['profileId'] === this.profileId));
  }

  private async deliveries(status: string): Promise<readonly Item[]> {
    const all = await this.local.items(`/api/profiles/${this.profileId}/deliveries?limit=1000`);
    return all.filter((one) => one['status'] === status);
  }
  private async message(delivery: Item): Promise<Message> {
    const { body } = await this.local.api('GET', `/api/deliveries/${String(delivery['deliveryId'])}`);
    return body['message'] as Message;
  }
}

/** A message as it was handed over; which parts there are depends on the channel. */
export interface Message {
  readonly subject?: string;
  readonly preheader?: string;
  readonly html?: string;
  readonly text?: string;
  readonly title?: string;
  readonly body?: string;
  readonly url?: string;
  readonly headers: { readonly [name: string]: string };
}
const headline = ({ subject, title, text }: Message): string => subject ?? title ?? text ?? '';

const rigaTime = new Intl.DateTimeFormat('sv-SE', {
  dateStyle: 'short',
  timeStyle: 'short',
  timeZone: 'Europe/Riga',
});
const clockOf = (delivery: Item): string => rigaTime.format(new Date(String(delivery['at'])));
