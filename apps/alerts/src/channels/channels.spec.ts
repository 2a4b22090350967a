import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelSettings, SmtpChannel as SmtpSettings } from '../notifications-file.js';
import { aNotice } from '../testing/a-notice.js';
import { HttpEndpoint } from '../testing/http-endpoint.js';
import { MailServer } from '../testing/mail-server.js';
import { channelOf, type Channel, type Delivery } from './channel.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const never = new AbortController().signal;

interface Rig {
  channel: Channel;
  /** Lets the other side accept, refuse for good, fail for now, or say nothing. */
  answers(mood: 'accepts' | 'refuses' | 'defers' | 'silence'): void;
  accepted(): number;
  stop(): Promise<void>;
}

const smtpSettings = (port: number, over: Partial<SmtpSettings> = {}): SmtpSettings => ({
  kind: 'smtp',
  host: '127.0.0.1',
  port,
  secure: false,
  requireTls: false,
  auth: undefined,
  from: 'Navora <alerts@example.org>',
  timeoutMs: 2000,
  atOnce: 2,
  ...over,
});

async function smtpRig(): Promise<Rig & { server: MailServer }> {
  const server = await MailServer.start();
  const channel = channelOf(smtpSettings(server.port));
  return {
    server,
    channel,
    answers: (mood) => void (server.mood = mood),
    accepted: () => server.mails.length,
    stop: () => server.stop(),
  };
}

const STATUS = { accepts: 204, refuses: 410, defers: 503, silence: 'silence' } as const;

const httpRig = (kind: 'webhook' | 'chat') => async (): Promise<Rig & { endpoint: HttpEndpoint }> => {
  const endpoint = await HttpEndpoint.start();
  const { url } = endpoint;
  const sending = { timeoutMs: 2000, atOnce: 2 };
  const settings: ChannelSettings =
    kind === 'chat' ? { kind, url: () => url, ...sending } : { kind, url, secret: () => SECRET, ...sending };
  return {
    endpoint,
    channel: channelOf(settings),
    answers: (mood) => void (endpoint.status = STATUS[mood]),
    accepted: () => (endpoint.status === 204 ? endpoint.requests.length : 0),
    stop: () => endpoint.stop(),
  };
};

/** What every channel must do. */
describe.each<[string, () => Promise<Rig>]>([
  ['smtp', smtpRig],
  ['webhook', httpRig('webhook')],
  ['chat', httpRig('chat')],
])('a channel (%s)', (_, make) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await make();
  });
  afterEach(async () => {
    rig.channel.close();
    await rig.stop();
  });
  const send = (signal: AbortSignal = never): Promise<Delivery> =>
    rig.channel.send(aNotice(), ['fleet@example.org'], signal);

  it('says what the other side answered when it accepts', async () => {
    expect(await send()).toEqual({ accepted: expect.stringMatching(/\S/) as string });
    expect(rig.accepted()).toBe(1);
  });

  it('says that it is refused when that is final', async () => {
    rig.answers('refuses');
    expect(await send()).toEqual({ refused: expect.stringMatching(/550|410/) as string });
  });

  it('throws when it may be tried again, and makes one attempt only', async () => {
    rig.answers('defers');
    await expect(send()).rejects.toThrow(/451|503/);
    rig.answers('accepts');
    expect(await send()).toHaveProperty('accepted');
  });

  it('throws when nobody listens', async () => {
    await rig.stop();
    await expect(send()).rejects.toThrow();
  });

  it('lets go of an attempt that is called off', async () => {
    rig.answers('silence');
    const attempt = send(AbortSignal.timeout(300));
    await expect(attempt).rejects.toThrow();
    rig.answers('accepts');
    expect(await send()).toHaveProperty('accepted');
  });
});

describe('an e-mail', () => {
  it('says it all in text and in HTML, under an id that follows from the notice', async () => {
    const { server, channel, stop } = await smtpRig();
    const notice = aNotice({ alert: { rule: 'engine<b>' } });
    await channel.send(notice, ['fleet@example.org', 'boss@example.org'], never);
    await channel.send(notice, ['fleet@example.org', 'boss@example.org'], never);
    const [mail, again] = server.mails;
    expect(mail).toMatchObject({
      messageId: `<${notice.id}@example.org>`,
      from: '"Navora" <alerts@example.org>',
      to: ['fleet@example.org', 'boss@example.org'],
      subject: '[critical] truck-17: engine<b> opened',
    });
    expect(mail?.text).toContain('opened:   2026-11-22 08:15:30 UTC, engineTemperatureC 104.5');
    expect(mail?.html).toContain('<td>engine&lt;b&gt;</td>');
    expect(again?.messageId).toBe(mail?.messageId);
    channel.close();
    await stop();
  });

  it('is sent with user and password; a wrong password may be mended while it runs', async () => {
    const server = await MailServer.start({ user: 'navora', pass: 'sesame' });
    let pass = 'open';
    const channel = channelOf(smtpSettings(server.port, { auth: { user: 'navora', pass: () => pass } }));
    await expect(channel.send(aNotice(), ['a@example.org'], never)).rejects.toThrow();
    pass = 'sesame';
    expect(await channel.send(aNotice(), ['a@example.org'], never)).toHaveProperty('accepted');
    channel.close();
    await server.stop();
  });

  it('is not sent in the clear where TLS is required', async () => {
    const server = await MailServer.start();
    const channel = channelOf(smtpSettings(server.port, { requireTls: true }));
    await expect(channel.send(aNotice(), ['a@example.org'], never)).rejects.toThrow(/STARTTLS/);
    expect(server.attempts).toBe(0);
    channel.close();
    await server.stop();
  });
});

describe('a webhook', () => {
  it('is signed so that the receiver can verify it, and tells the alert', async () => {
    const { endpoint, channel, stop } = await httpRig('webhook')();
    const notice = aNotice({
      transition: 'cleared',
      alert: { status: 'cleared', clearedAt: Date.UTC(2026, 10, 22, 8, 20), clearedValue: 94 },
    });
    await channel.send(notice, [], never);
    const [request] = endpoint.requests;
    const headers = request?.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe(notice.id);
    expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toEqual({
      type: 'alert.cleared',
      timestamp: '2026-11-22T08:20:00.000Z',
      data: expect.objectContaining({
        id: notice.alert.id,
        vehicleId: 'truck-17',
        rule: 'engine-overheating',
        openedAt: '2026-11-22T08:15:30.000Z',
        clearedValue: 94,
      }) as unknown,
    });
    expect(() => new Webhook(`${SECRET.slice(0, -4)}AAAA`).verify(request?.body ?? '', headers)).toThrow();
    await stop();
  });

  it("has the signature of the specification's own example", () => {
    const signature = new Webhook(SECRET).sign(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      new Date(1_614_265_330_000),
      '{"test": 2432232314}',
    );
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});

it('a chat gets a text in which nothing is markup', async () => {
  const { endpoint, channel, stop } = await httpRig('chat')();
  await channel.send(aNotice({ alert: { rule: '<!everyone> & all' } }), [], never);
  const { text } = JSON.parse(endpoint.requests[0]?.body ?? '') as { text: string };
  expect(text).toContain('[critical] truck-17: &lt;!everyone&gt; &amp; all opened');
  expect(text).toContain('alert:    truck-17/4f0f0a0e');
  await stop();
});
