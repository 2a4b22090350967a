/**
 * Tells the broker that we are there, and notices when it is not. It pings on its own clock, whatever else is
 * sent or received, so a connection with little traffic and one under full load are treated alike.
 */
export class Keepalive {
  private timer: NodeJS.Timeout | undefined;
  private heardSincePing = true;

  constructor(
    private readonly ping: () => void,
    private readonly brokerIsSilent: () => void,
    /** While we do not read, silence says nothing. */
    private readonly isReading: () => boolean,
  ) {}

  /** Pings twice within the keepalive time; a ping that nothing follows until the next is the end. */
  start(keepaliveMs: number): void {
    this.timer = setInterval(() => {
      if (!this.heardSincePing && this.isReading()) return this.brokerIsSilent();
      this.heardSincePing = false;
      this.ping();
    }, keepaliveMs / 2);
  }

  /** Something came from the broker, or we have only just begun to read again. */
  heard(): void {
    this.heardSincePing = true;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
