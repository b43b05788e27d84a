import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

const answerAfterMs = 40;

/** An SMTP server that counts how often it took each delivery. */
export class Mailbox {
  readonly url: string;
  /** Delivery id → times taken. */
  readonly taken: ReadonlyMap<string, number>;
  private readonly server: SMTPServer;

  private constructor(server: SMTPServer, taken: ReadonlyMap<string, number>) {
    this.server = server;
    this.taken = taken;
    this.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  }

  static async open(): Promise<Mailbox> {
    const taken = new Map<string, number>();
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData: (stream, _session, done) => {
        let head = '';
        stream.on('data', (chunk: Buffer) => {
          if (head.length < 20_000) head += chunk.toString('latin1');
        });
        stream.on('end', () => {
          const deliveryId = /^X-Sojourn-Delivery: (\S+)/im.exec(head)?.[1];
          if (deliveryId !== undefined) taken.set(deliveryId, (taken.get(deliveryId) ?? 0) + 1);
          // It has the message; until its answer is heard, whoever sent it cannot know.
          setTimeout(done, answerAfterMs);
        });
      },
    });
    // Connections of a killed process break off: that is what the test is about.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Mailbox(server, taken);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
