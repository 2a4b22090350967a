/** What a stack is made for, beside a few minutes of tests or development. */
export interface Tuning {
  /**
   * With Java's optimising compiler: Kafka and Cassandra cost half as much after minutes of load, and more before.
   * By default without.
   */
  optimising?: boolean;
  /**
   * When Cassandra's commit log is synced: `group`, before it acknowledges, every 3 ms; or `periodic`, its own
   * default, 10 s late: a node that is killed loses what it has acknowledged. `group` by default.
   */
  commitLog?: 'group' | 'periodic';
}
