import { present, type Behind, type Found, type Remains, type Statements } from './erased-remains.js';

/**
 * When the vehicle came and went, and from which addresses, up to when it was asked to be erased. The watch beside the
 * broker asks no fences: a connection says nothing of what is sent in it.
 */
export class ErasedConnections implements Remains {
  constructor(private readonly cassandra: Statements) {}

  async look({ vehicleId, requestedAt }: Behind, remove: boolean): Promise<Found> {
    const range = `FROM ${this.cassandra.keyspace}.vehicle_connections WHERE vehicle_id = ? AND at <= ?`;
    const key = [vehicleId, new Date(requestedAt)];
    const row = await this.cassandra.one(`SELECT count(*) AS rows ${range}`, key);
    const rows = Number(row?.['rows'] ?? 0);
    if (remove && rows > 0) await this.cassandra.run(`DELETE ${range}`, key);
    return present({ vehicle_connections: rows });
  }
}
