import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Keepalive } from './keepalive.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aKeepalive() {
  const ping = vi.fn();
  const silent = vi.fn();
  let reading = true;
  const keepalive = new Keepalive(ping, silent, () => reading);
  keepalive.start(1000);
  return { keepalive, ping, silent, setReading: (now: boolean) => (reading = now) };
}

it('pings twice within the time, however much else is received', () => {
  const { keepalive, ping, silent } = aKeepalive();
  for (let ms = 0; ms < 5000; ms += 10) {
    vi.advanceTimersByTime(10);
    keepalive.heard();
  }
  expect(ping).toHaveBeenCalledTimes(10);
  expect(silent).not.toHaveBeenCalled();
});

it('calls the broker silent when nothing follows a ping until the next is due', () => {
  const { silent } = aKeepalive();
  vi.advanceTimersByTime(999);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(silent).toHaveBeenCalledOnce();
});

it('goes on pinging while nothing is read, and takes no silence for an answer then', () => {
  const { keepalive, ping, silent, setReading } = aKeepalive();
  setReading(false);
  vi.advanceTimersByTime(5000);
  expect(ping).toHaveBeenCalledTimes(10);
  keepalive.heard();
  setReading(true);
  vi.advanceTimersByTime(500);
  expect(silent).not.toHaveBeenCalled();
});
