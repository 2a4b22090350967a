import { existsSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type Child, lastLines, startChild } from './child.js';
import type { Component, Launch, Site } from './component.js';
import { dataFolder, holdFile, logFile } from './instance.js';
import { secondsSince, type StackProgress } from './progress.js';
import { endProcess } from './process-identity.js';
import { roomAt, roomToStart } from './room.js';
import { StackError } from './stack-error.js';
import type { ComponentState } from './state.js';

const startDeadlineMs = 240_000;
const stopGraceMs = 20_000;
/** A process that has run this long was fine: its next death starts the back-off anew. */
const provenMs = 60_000;

/** One component under supervision: fetched, started, started again whenever it dies, stopped. */
export class Supervised {
  readonly state: ComponentState = { phase: 'downloading', restarts: 0 };
  private child: Child | undefined;
  private stopping = false;

  constructor(
    readonly component: Component,
    private readonly site: Site,
    private readonly report: (event: StackProgress) => void,
    private readonly environment: Record<string, string> = {},
    private readonly roomOf: (folder: string) => number = roomAt,
  ) {}

  async fetch(signal: AbortSignal): Promise<void> {
    const { downloads } = this.site.instance;
    if (this.component.fetched(downloads)) return;
    const begun = performance.now();
    this.tell('downloading', 0, 'downloading');
    await this.component.fetch(downloads, signal);
    this.tell('downloading', secondsSince(begun), 'downloaded');
  }

  /** Resolves when clients can work with it. A process that ends before that is a bad start, not something to repeat. */
  async start(signal: AbortSignal): Promise<void> {
    const begun = performance.now();
    this.enter('starting', 0, 'starting');
    rmSync(this.hold(), { force: true });
    const prepared = await this.component.prepare(this.site, signal);
    const launch = { ...prepared, env: { ...prepared.env, ...this.environment } };
    signal.throwIfAborted();
    const child = this.launch(launch);
    const outcome = await this.untilReady(child, signal, startDeadlineMs);
    if (outcome !== 'ready') throw this.badStart(outcome);
    this.enter('ready', secondsSince(begun), 'ready');
    void this.keepRunning(launch, child);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const begun = performance.now();
    const identity = this.child?.identity;
    if (identity) {
      this.tell('stopping', 0, 'stopping');
      const how = await endProcess(identity, stopGraceMs);
      await this.child?.ended;
      this.enter(
        'stopped',
        secondsSince(begun),
        how === 'killed' ? 'killed: it did not stop by itself' : 'stopped',
      );
    }
    this.state.phase = 'stopped';
  }

  private async keepRunning(launch: Launch, first: Child): Promise<void> {
    let backoffMs = 500;
    for (let child = first; ;) {
      const begun = performance.now();
      const how = await child.ended;
      if (this.stopping) return;
      if (performance.now() - begun > provenMs) backoffMs = 500;
      this.enter(
        'restarting',
        secondsSince(begun),
        `died (${how}), starting it again in ${backoffMs / 1_000} s`,
      );
      await pause(backoffMs);
      await this.mayStart();
      if (this.stopping) return;
      backoffMs = Math.min(backoffMs * 2, 15_000);
      this.state.restarts += 1;
      const again = performance.now();
      child = this.launch(launch);
      const outcome = await this.untilReady(child, undefined, Infinity);
      if (outcome === 'ready') this.enter('ready', secondsSince(again), 'ready again');
    }
  }

  /**
   * Waits while it is held back, and while its disk is full. Cassandra started on a full disk leaves a commit log segment
   * without a header; with the second of them it refuses to start for ever, however much room there is by then.
   */
  private async mayStart(): Promise<void> {
    const folder = dataFolder(this.site.instance, this.component.name);
    for (let told = false; !this.stopping; await pause(100)) {
      if (existsSync(this.hold())) continue;
      if (this.roomOf(folder) >= roomToStart) return;
      if (!told) this.tell('restarting', 0, `waits for room on the disk of ${folder}`);
      told = true;
    }
  }

  private launch(launch: Launch): Child {
    this.child = startChild(launch, this.log(), dataFolder(this.site.instance, this.component.name));
    this.state.process = this.child.identity;
    this.state.startedAt = new Date().toISOString();
    this.tell('starting', 0, `started as process ${this.child.identity?.pid}`);
    return this.child;
  }

  /** "ready", or how it failed to become so. */
  private async untilReady(child: Child, signal: AbortSignal | undefined, withinMs: number): Promise<string> {
    const begun = performance.now();
    let ended: string | undefined;
    void child.ended.then((how) => (ended = how));
    let answer = 'no answer';
    while (performance.now() - begun < withinMs) {
      signal?.throwIfAborted();
      if (ended !== undefined) return `ended with ${ended}`;
      try {
        await this.component.ready(this.site.ports);
        return 'ready';
      } catch (error) {
        answer = error instanceof Error ? error.message : String(error);
      }
      await pause(150);
    }
    return `was not ready after ${withinMs / 1_000} s (${answer})`;
  }

  private badStart(outcome: string): StackError {
    const words = lastLines(this.log(), 12).map((line) => `    ${line.slice(0, 240)}`);
    return new StackError(
      `${this.component.title} ${outcome}. The end of its log, ${this.log()}:\n${words.join('\n')}`,
    );
  }

  private hold(): string {
    return holdFile(this.site.instance, this.component.name);
  }

  private log(): string {
    return logFile(this.site.instance, this.component.name);
  }

  private enter(
    phase: Exclude<ComponentState['phase'], 'downloading'>,
    seconds: number,
    message: string,
  ): void {
    this.state.phase = phase;
    this.tell(phase, seconds, message);
  }

  private tell(phase: StackProgress['phase'], seconds: number, message: string): void {
    this.report({ component: this.component.name, phase, seconds, message });
  }
}
